import type { Result, Secret } from "#core/base";
import type { AllocDeploymentStatus, AllocNetworkStatus, Allocation, Node, TaskState } from "#core/model";

/** How the client reaches the servers: in process in `-dev`, over the node stream otherwise. */
export interface ServerLink {
  /** Registers or re-registers the node as it is now. */
  register(node: Node, signal: AbortSignal): Promise<Result<Lease>>;
  /** Says that the node lives and is `ready`; `not_found` when the servers do not know it (any more). */
  heartbeat(beat: Heartbeat, signal: AbortSignal): Promise<Result<Lease>>;
  updateAllocations(updates: readonly AllocationUpdate[], signal: AbortSignal): Promise<Result<void>>;
  /**
   * Delivers this node's allocations until disposed: first all of them, then what changed. The link reconnects by
   * itself and begins with a full batch again.
   */
  watchAllocations(credentials: NodeCredentials, onBatch: (batch: AllocationBatch) => void): Disposable;
}

export interface NodeCredentials {
  readonly nodeId: string;
  readonly secretId: Secret;
}

export interface Heartbeat extends NodeCredentials {
  readonly status: "initializing" | "ready";
}

/** How long the servers take the node for alive. */
export interface Lease {
  readonly heartbeatTtlMs: number;
}

export interface AllocationBatch {
  /** The table's index that this batch brings the client to. */
  readonly index: number;
  /** It lists every allocation of the node: those that it does not list are gone. */
  readonly isFull: boolean;
  /** New or changed, each with its job. */
  readonly changed: readonly Allocation[];
  /** Ids that the servers no longer know. */
  readonly removed: readonly string[];
}

/** What the client knows better than the servers. */
export interface AllocationUpdate {
  readonly id: string;
  readonly nodeId: string;
  readonly jobId: string;
  readonly namespace: string;
  readonly clientStatus: string;
  readonly clientDescription: string;
  readonly taskStates: Readonly<Record<string, TaskState>>;
  readonly deploymentStatus: AllocDeploymentStatus | null;
  readonly networkStatus: AllocNetworkStatus | null;
  readonly modifyTimeMs: number;
}
