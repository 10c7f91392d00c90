/** What nodes say to the servers and what they are told: registration, heartbeats, reports, allocation changes. */
export { type NodeAllocations, Nodes, type NodesPorts } from "./nodes.ts";
