/** How commands show things: columns, names and values, times, ids, reasons. */
export { allocationTable } from "./allocations.ts";
export { columns, keyValues } from "./columns.ts";
export { idShower, searchablePrefix } from "./ids.ts";
export { answerText, prettyJson } from "./json.ts";
export { failureLines, failureTitle } from "./metrics.ts";
export { ago, timestamp } from "./times.ts";
