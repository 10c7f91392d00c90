import { Allocation, AllocationReport, Job, Node } from "#core/model";
import { bool, int, list, ref, struct, text, type DraftFields, type InferFields, type Struct } from "#core/schema";
import { WireFailure } from "./failure.ts";
import { OpenRequest } from "./node-call.ts";

/** Both ends name it in the first message; a server speaks its own version and the one before it. */
export const NODE_STREAM_VERSION = 1;

const nodeCredentialsFields = { nodeId: text(1), secretId: text(2, { secret: true }) };
/** What proves that a stream speaks for a node. */
export interface NodeCredentials extends InferFields<typeof nodeCredentialsFields> {}
export const NodeCredentials: Struct<NodeCredentials, DraftFields<typeof nodeCredentialsFields>> = struct(
  "RpcNodeCredentials",
  nodeCredentialsFields,
);

const nodeHeartbeatFields = { credentials: ref(1, () => NodeCredentials), status: text(2) };
interface NodeHeartbeat extends InferFields<typeof nodeHeartbeatFields> {}
const NodeHeartbeat: Struct<NodeHeartbeat, DraftFields<typeof nodeHeartbeatFields>> = struct(
  "RpcNodeHeartbeat",
  nodeHeartbeatFields,
);

const nodeReportsFields = {
  credentials: ref(1, () => NodeCredentials),
  reports: list(
    2,
    ref.of(() => AllocationReport),
  ),
};
interface NodeReports extends InferFields<typeof nodeReportsFields> {}
const NodeReports: Struct<NodeReports, DraftFields<typeof nodeReportsFields>> = struct(
  "RpcNodeReports",
  nodeReportsFields,
);

const nodeUpFields = {
  /** The answer carries the same number; counted from 1 on each stream. */
  callId: int(1),
  version: int(2),
  /** The caller stops waiting after so many milliseconds. */
  remainingMs: int(3),
  region: text(4),
  register: ref(5, () => Node, { nullable: true }),
  heartbeat: ref(6, () => NodeHeartbeat, { nullable: true }),
  reports: ref(7, () => NodeReports, { nullable: true }),
  /** Asks for the node's allocations from now on, first all of them. */
  watch: ref(8, () => NodeCredentials, { nullable: true }),
};
/** From a node to its server: one call, of which exactly one of the nullable parts is set. */
export interface NodeUp extends InferFields<typeof nodeUpFields> {}
export const NodeUp: Struct<NodeUp, DraftFields<typeof nodeUpFields>> = struct("RpcNodeUp", nodeUpFields);

const leaseFields = { heartbeatTtlMs: int(1) };
interface WireLease extends InferFields<typeof leaseFields> {}
const WireLease: Struct<WireLease, DraftFields<typeof leaseFields>> = struct("RpcLease", leaseFields);

const pushedAllocationFields = {
  /** Without its job, which stands once in the message. */
  allocation: ref(1, () => Allocation),
  /** Which of the message's jobs is its own: 1 the first, 0 none. */
  job: int(2),
};
interface PushedAllocation extends InferFields<typeof pushedAllocationFields> {}
const PushedAllocation: Struct<PushedAllocation, DraftFields<typeof pushedAllocationFields>> = struct(
  "RpcPushedAllocation",
  pushedAllocationFields,
);

const allocationPushFields = {
  index: int(1),
  isFull: bool(2),
  /** The batch goes on in the next message: too large for one. */
  goesOn: bool(3),
  jobs: list(
    4,
    ref.of(() => Job),
  ),
  changed: list(
    5,
    ref.of(() => PushedAllocation),
  ),
  removed: list(6, text),
};
/** A part of a batch of allocation changes. */
export interface AllocationPush extends InferFields<typeof allocationPushFields> {}
export const AllocationPush: Struct<AllocationPush, DraftFields<typeof allocationPushFields>> = struct(
  "RpcAllocationPush",
  allocationPushFields,
);

const nodeDownFields = {
  /** Of the call that this answers; 0 for what the server says by itself. */
  callId: int(1),
  failure: ref(2, () => WireFailure, { nullable: true }),
  lease: ref(3, () => WireLease, { nullable: true }),
  allocations: ref(4, () => AllocationPush, { nullable: true }),
  open: ref(5, () => OpenRequest, { nullable: true }),
};
/** From a server to a node: the answer to a call, a push of allocations, or the wish to be called back. */
export interface NodeDown extends InferFields<typeof nodeDownFields> {}
export const NodeDown: Struct<NodeDown, DraftFields<typeof nodeDownFields>> = struct("RpcNodeDown", nodeDownFields);
