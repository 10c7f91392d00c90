/** A server as gossip knows it. */
import { int, map, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const agentMemberFields = {
  name: text(1),
  addr: text(2),
  port: int(3),
  tags: map(4, text),
  status: text(5),
  protocolMin: int(6),
  protocolMax: int(7),
  protocolCur: int(8),
  delegateMin: int(9),
  delegateMax: int(10),
  delegateCur: int(11),
};
export interface AgentMember extends InferFields<typeof agentMemberFields> {}
export interface AgentMemberDraft extends DraftFields<typeof agentMemberFields> {}
export const AgentMember: Struct<AgentMember, AgentMemberDraft> = struct("AgentMember", agentMemberFields);
