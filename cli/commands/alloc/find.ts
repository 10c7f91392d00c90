import { err, type Result } from "#core/base";
import { Allocation, AllocListStub } from "#core/model";
import { allocationTable, searchablePrefix } from "#cli/render";
import type { Context } from "#cli/shell";

/** The one allocation that the beginning of an id means. */
export async function findAllocation(context: Context, wanted: string): Promise<Result<Allocation>> {
  const prefix = searchablePrefix(wanted);
  const found = await context.api.list("allocations.list", AllocListStub, {
    query: { prefix, namespace: context.namespace || "*" },
  });
  if (!found.ok)
    return { ok: false, failure: { ...found.failure, message: `Error querying allocation: ${found.failure.message}` } };
  const matching = found.value.filter((alloc) => alloc.id.startsWith(wanted));
  if (matching.length === 0)
    return err("not_found", `No allocation(s) with prefix or id ${JSON.stringify(wanted)} found`);
  if (matching.length > 1)
    return err(
      "invalid",
      `Prefix matched multiple allocations\n\n${allocationTable(matching, false, context.nowMs())}`,
    );
  const { id, namespace } = matching[0] as AllocListStub;
  const read = await context.api.read("allocation.read", Allocation, { params: { id }, query: { namespace } });
  return read.ok
    ? read
    : { ok: false, failure: { ...read.failure, message: `Error querying allocation: ${read.failure.message}` } };
}

export function isTooShort(wanted: string): boolean {
  return wanted.length < 2;
}
