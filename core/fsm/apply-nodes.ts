import { err, ok, type Result } from "#core/base";
import type { Node, NodeEvent } from "#core/model";
import { putEvaluation } from "./apply-jobs.ts";
import type { NodeRegister, NodeStatusUpdate } from "./commands.ts";
import type { Applying, Outcome } from "./outcome.ts";

const EVENTS_MAX = 10;

export function applyNodeRegister(applying: Applying, { node, evaluations }: NodeRegister): Result<Outcome> {
  const { store, index, timeMs } = applying;
  const known = store.nodes.get(node.id);
  const registered: NodeEvent = event(known ? "Node re-registered" : "Node registered", timeMs, index);
  store.putNode({
    ...node,
    events: known && known.status !== "down" ? known.events : withEvent(known?.events ?? [], registered),
    drainStrategy: known?.drainStrategy ?? null,
    schedulingEligibility: known?.schedulingEligibility ?? node.schedulingEligibility,
    lastDrain: known?.lastDrain ?? null,
    lastMissedHeartbeatIndex: known?.lastMissedHeartbeatIndex ?? 0,
    lastAllocUpdateIndex: known?.lastAllocUpdateIndex ?? 0,
    statusUpdatedAt: Math.floor(timeMs / 1000),
    createIndex: known?.createIndex ?? index,
    modifyIndex: index,
  });
  ensurePool(applying, node.nodePool);
  for (const evaluation of evaluations ?? []) putEvaluation(applying, evaluation);
  return ok({});
}

function ensurePool({ store, index }: Applying, name: string): void {
  if (store.nodePools.get(name)) return;
  store.putNodePool({
    name,
    description: "",
    meta: null,
    schedulerConfiguration: null,
    nodeIdentityTtlNs: 0,
    hash: new Uint8Array(0),
    createIndex: index,
    modifyIndex: index,
  });
}

export function applyNodeStatus(applying: Applying, update: NodeStatusUpdate): Result<Outcome> {
  const { store, index, timeMs } = applying;
  const node = store.nodes.get(update.nodeId);
  if (!node) return err("not_found", "node not found");
  const missed = update.status === "down" || update.status === "disconnected";
  const next: Node = {
    ...node,
    status: update.status,
    statusUpdatedAt: Math.floor(timeMs / 1000),
    events: update.event
      ? withEvent(node.events, { ...update.event, timestampMs: timeMs, createIndex: index })
      : node.events,
    lastMissedHeartbeatIndex: missed ? index : update.status === "ready" ? 0 : node.lastMissedHeartbeatIndex,
    modifyIndex: index,
  };
  store.putNode(next);
  for (const evaluation of update.evaluations ?? []) putEvaluation(applying, evaluation);
  return ok({});
}

function event(message: string, timestampMs: number, createIndex: number): NodeEvent {
  return { message, subsystem: "Cluster", details: null, timestampMs, createIndex };
}

function withEvent(events: Node["events"], next: NodeEvent): readonly NodeEvent[] {
  return [...(events ?? []), next].slice(-EVENTS_MAX);
}
