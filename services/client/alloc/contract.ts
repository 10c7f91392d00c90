import type { Clock, Logger, Random, Timers } from "#core/base";
import type { Allocation, Node, TaskState } from "#core/model";
import type { ClientStatus } from "#core/runner";
import type { Driver } from "#client/driver/contract";

/** What every allocation of this client shares. */
export interface AllocEnvironment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly allocDirectory: string;
  readonly stateDirectory: string;
  readonly region: string;
  /** The `max_kill_timeout` of now: a dev agent that leaves lowers it. */
  readonly maxKillTimeoutNs: () => number;
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly envDenylist: readonly string[];
  /** The node as it is now: tasks interpolate its values. */
  readonly node: () => Node;
}

/** What the client tells the servers about an allocation. */
export interface AllocReport {
  readonly allocation: Allocation;
  readonly status: ClientStatus;
  readonly taskStates: Readonly<Record<string, TaskState>>;
}

export interface AllocObserver {
  changed(report: AllocReport): void;
}
