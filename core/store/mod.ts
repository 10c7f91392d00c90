/**
 * The state of a region: tables, indexes, change sets, watches. Nodes and allocations are columns with running sums;
 * the rest are immutable rows. Only `core/fsm` writes.
 */
export type { StoredAllocation } from "./allocation-table.ts";
export { type Change, type ChangeSet, type TableName, tableNames } from "./change.ts";
export { Column } from "./column.ts";
export { Interner } from "./interner.ts";
export { type NodeColumns, type NodeTable, parsePortRanges } from "./node-table.ts";
export { type HostPort, PortSet } from "./port-set.ts";
export { RowTable, rowKey } from "./row-table.ts";
export {
  clientStatuses,
  codeOf,
  desiredStatuses,
  eligibilities,
  isClientTerminal,
  isTerminal,
  nodeStatuses,
} from "./statuses.ts";
export { Store } from "./store.ts";
export { type Usage, usageOf } from "./usage.ts";
export { type WatchKey, Watches, watchKey } from "./watch.ts";
