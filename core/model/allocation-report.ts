import { map, ref, struct, text, type DraftFields, type InferFields, type Struct } from "#core/schema";
import { AllocDeploymentStatus, AllocNetworkStatus } from "./allocation.ts";
import { TaskState } from "./task-state.ts";

const allocationReportFields = {
  id: text(1),
  clientStatus: text(2),
  clientDescription: text(3),
  taskStates: map(
    4,
    ref.of(() => TaskState),
  ),
  deploymentStatus: ref(5, () => AllocDeploymentStatus, { nullable: true }),
  networkStatus: ref(6, () => AllocNetworkStatus, { nullable: true }),
};
/** What a client says of one of its allocations. */
export interface AllocationReport extends InferFields<typeof allocationReportFields> {}
export const AllocationReport: Struct<AllocationReport, DraftFields<typeof allocationReportFields>> = struct(
  "AllocationReport",
  allocationReportFields,
);
