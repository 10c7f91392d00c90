import type { AllocListStub } from "#core/model";
import { columns } from "./columns.ts";
import { idShower } from "./ids.ts";
import { ago, timestamp } from "./times.ts";

/** A line an allocation; `verbose` shows ids and times in full. */
export function allocationTable(allocs: readonly AllocListStub[], verbose: boolean, nowMs: number): string {
  const show = idShower(verbose);
  const time = verbose ? timestamp : (timeMs: number) => ago(timeMs, nowMs);
  const header = ["ID", "Node ID", "Task Group", "Version", "Desired", "Status", "Created", "Modified"];
  const rows = allocs.map((a) => [
    show(a.id),
    show(a.nodeId),
    a.taskGroup,
    a.jobVersion,
    a.desiredStatus,
    a.clientStatus,
    time(a.createTimeMs),
    time(a.modifyTimeMs),
  ]);
  return columns([header, ...rows]);
}
