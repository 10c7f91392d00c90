import { ok } from "#core/base";
import type { AllocationUpdate, NodeCredentials, ServerLink } from "#client/link";
import type { Nodes } from "#server/nodes";

/** The link of a client to the server in the same process. */
export function inProcessLink(nodes: Nodes): ServerLink {
  let secretId = "";
  const reveal = ({ secretId: secret }: NodeCredentials): string => secret.reveal("authenticate");
  return {
    register(node) {
      secretId = node.secretId.reveal("authenticate");
      return nodes.register(node);
    },
    heartbeat: (beat) => nodes.heartbeat(beat.nodeId, reveal(beat), beat.status),
    async updateAllocations(updates) {
      const nodeId = updates[0]?.nodeId;
      return nodeId === undefined ? ok(undefined) : nodes.report(nodeId, secretId, updates.map(reportOf));
    },
    watchAllocations(credentials, onBatch) {
      const watched = nodes.watch(credentials.nodeId, reveal(credentials), onBatch);
      return watched.ok ? watched.value : { [Symbol.dispose]: () => undefined };
    },
  };
}

function reportOf(update: AllocationUpdate): Parameters<Nodes["report"]>[2][number] {
  const { id, clientStatus, clientDescription, taskStates, deploymentStatus, networkStatus } = update;
  return { id, clientStatus, clientDescription, taskStates, deploymentStatus, networkStatus };
}
