/** The tables of a region's state. Their names are the ones that the compatible API's index headers speak of. */
export const tableNames = [
  "nodes",
  "allocs",
  "jobs",
  "job_versions",
  "job_summaries",
  "job_submissions",
  "evals",
  "deployments",
  "node_pools",
  "namespaces",
  "scheduler_config",
] as const;

export type TableName = (typeof tableNames)[number];

/** One row that an applied entry touched. The list of these is all that anybody else learns of a write. */
export interface Change {
  readonly table: TableName;
  /** The row's id; its namespace is in `namespace`, never in the id. */
  readonly id: string;
  readonly namespace: string;
  readonly kind: "upsert" | "delete";
  readonly index: number;
  /** For allocations: where they are, so that pushes and watches need no look-up. */
  readonly nodeId?: string | undefined;
  readonly jobId?: string | undefined;
  readonly evalId?: string | undefined;
}

export type ChangeSet = readonly Change[];
