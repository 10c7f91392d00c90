import type { AllocListStub } from "#core/model";
import { ago, columns, idShower } from "#cli/render";

export function allocationRows(allocs: readonly AllocListStub[], nowMs: number): string {
  const show = idShower(false);
  const header = ["ID", "Node ID", "Task Group", "Version", "Desired", "Status", "Created", "Modified"];
  const rows = allocs.map((a) => [
    show(a.id),
    show(a.nodeId),
    a.taskGroup,
    a.jobVersion,
    a.desiredStatus,
    a.clientStatus,
    ago(a.createTimeMs, nowMs),
    ago(a.modifyTimeMs, nowMs),
  ]);
  return columns([header, ...rows]);
}
