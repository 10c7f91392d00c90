import { agentHandlers } from "./agent.ts";
import { allocationReads } from "./allocations.ts";
import { evaluationReads } from "./evaluations.ts";
import type { Handlers } from "./handler.ts";
import { jobPlans } from "./job-plans.ts";
import { jobWrites } from "./job-writes.ts";
import { jobReads } from "./jobs.ts";
import { nodeReads } from "./nodes.ts";
import { versionWrites } from "./version-writes.ts";

/** A handler for every declared endpoint: one that is missing does not compile. */
export const handlers: Handlers = {
  ...jobReads,
  ...jobWrites,
  ...jobPlans,
  ...versionWrites,
  ...allocationReads,
  ...evaluationReads,
  ...nodeReads,
  ...agentHandlers,
};
