import { AllocationReport } from "#core/model";
import { PART_BYTES } from "#core/rpc";
import { empty } from "#core/schema";
import { encodeBinary } from "#core/wire";
import type { AllocationUpdate } from "./contract.ts";

/** What the client says of its allocations, in parts that fit a message. */
export function partsOf(updates: readonly AllocationUpdate[], partBytes = PART_BYTES): AllocationReport[][] {
  const parts: AllocationReport[][] = [[]];
  let bytes = 0;
  for (const { id, clientStatus, clientDescription, taskStates, deploymentStatus, networkStatus } of updates) {
    const said = { id, clientStatus, clientDescription, taskStates, deploymentStatus, networkStatus };
    const report = empty(AllocationReport, said);
    const length = encodeBinary(AllocationReport, report).length;
    if (bytes > 0 && bytes + length > partBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(report);
    bytes += length;
  }
  return parts;
}
