import { Job } from "#core/model";
import { encodeBinary } from "#core/wire";

const bookkeeping = {
  status: "",
  statusDescription: "",
  stable: false,
  version: 0,
  submitTimeMs: 0,
  createIndex: 0,
  modifyIndex: 0,
  jobModifyIndex: 0,
  nomadTokenId: "",
  versionTag: null,
} satisfies Partial<Job>;

/** Whether two jobs ask for the same: what the region itself keeps of them does not count. */
export function hasSameSpec(left: Job, right: Job): boolean {
  return bytesEqual(encodeBinary(Job, { ...left, ...bookkeeping }), encodeBinary(Job, { ...right, ...bookkeeping }));
}

function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
