import type { Result } from "#core/base";
import type { AllocationReport, Node } from "#core/model";
import type { AllocationChanges } from "#core/rpc";

interface Lease {
  readonly heartbeatTtlMs: number;
}

/** What nodes may say to a server. */
export interface NodesPort {
  register(node: Node): Promise<Result<Lease>>;
  heartbeat(nodeId: string, secretId: string, status: string): Promise<Result<Lease>>;
  report(nodeId: string, secretId: string, reports: readonly AllocationReport[]): Promise<Result<void>>;
  watch(nodeId: string, secretId: string, push: (batch: AllocationChanges) => void): Result<Disposable>;
}
