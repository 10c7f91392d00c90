import { assert, crc32c, err, FailureError, failureOf, ok, type Result, utf8Encode } from "#core/base";
import {
  Allocation,
  Deployment,
  Evaluation,
  Job,
  JobSubmission,
  JobSummary,
  Namespace,
  Node,
  NodePool,
  SchedulerConfiguration,
} from "#core/model";
import type { Struct } from "#core/schema";
import { Store, type TableName } from "#core/store";
import { ByteReader, ByteWriter, decodeBinary, encodeBinary } from "#core/wire";

const MAGIC = "DRVRSNAP";
const FORMAT_VERSION = 1;

/** A section of the file: its number, the noun of its rows, how rows leave the store and come back. */
interface Section {
  readonly number: number;
  readonly noun: Struct;
  rows(store: Store): Iterable<unknown>;
  put(store: Store, row: never): void;
}

const sections: readonly Section[] = [
  section(
    1,
    Node,
    (store) => store.nodes.values(),
    (store, row) => store.putNode(row),
  ),
  section(
    2,
    Job,
    (store) => store.jobVersions.values(),
    (store, row) => store.putJobVersion(row),
  ),
  section(
    3,
    Job,
    (store) => store.jobs.values(),
    (store, row) => store.putJob(row),
  ),
  section(
    4,
    JobSummary,
    (store) => store.summaries.values(),
    (store, row) => store.putSummary(row),
  ),
  section(
    5,
    JobSubmission,
    (store) => store.submissions.values(),
    (store, row) => store.putSubmission(row),
  ),
  section(
    6,
    Evaluation,
    (store) => store.evaluations.values(),
    (store, row) => store.putEvaluation(row),
  ),
  section(
    7,
    Deployment,
    (store) => store.deployments.values(),
    (store, row) => store.deployments.set(row.id, row),
  ),
  section(
    8,
    NodePool,
    (store) => store.nodePools.values(),
    (store, row) => store.putNodePool(row),
  ),
  section(
    9,
    Namespace,
    (store) => store.namespaces.values(),
    (store, row) => store.putNamespace(row),
  ),
  section(
    10,
    SchedulerConfiguration,
    (store) => (store.schedulerConfiguration ? [store.schedulerConfiguration] : []),
    (store, row) => store.putSchedulerConfiguration(row),
  ),
];

const ALLOCATIONS = 64;
const INDEXES = 65;
const END = 0;

function section<T>(
  number: number,
  noun: Struct<T>,
  rows: (store: Store) => Iterable<T>,
  put: (store: Store, row: T) => void,
): Section {
  return { number, noun, rows, put: put as Section["put"] };
}

/**
 * The state as a file, a piece at a time: magic, format version, then for each table its number, its rows, and a
 * CRC-32C that is seeded with the number. A reader of version n takes n and n−1.
 */
export function* persist(store: Store): Generator<Uint8Array> {
  const head = new ByteWriter();
  for (const byte of utf8Encode(MAGIC)) head.byte(byte);
  head.uint(FORMAT_VERSION);
  head.uint(store.lastIndex);
  head.uint(crc32c(utf8Encode(`${FORMAT_VERSION} ${store.lastIndex}`)));
  yield head.finish();
  for (const each of sections)
    yield sealed(
      each.number,
      [...each.rows(store)].map((row) => encodeBinary(each.noun, row)),
    );
  yield sealed(ALLOCATIONS, [...store.allocations.values()].map(encodeAllocation));
  yield sealed(
    INDEXES,
    store.tableIndexes().map(([table, index]) => encodeIndex(table, index)),
  );
  yield Uint8Array.of(END);
}

function encodeAllocation({
  alloc,
  jobVersion,
}: {
  readonly alloc: Allocation;
  readonly jobVersion: number;
}): Uint8Array {
  const writer = new ByteWriter();
  writer.uint(jobVersion);
  writer.bytes(encodeBinary(Allocation, alloc));
  return writer.finish();
}

function encodeIndex(table: TableName, index: number): Uint8Array {
  const writer = new ByteWriter();
  writer.text(table);
  writer.uint(index);
  return writer.finish();
}

function sealed(number: number, rows: readonly Uint8Array[]): Uint8Array {
  const body = new ByteWriter();
  body.uint(rows.length);
  for (const row of rows) body.bytes(row);
  const content = body.finish();
  const writer = new ByteWriter();
  writer.uint(number);
  writer.bytes(content);
  writer.uint(crc32c(content, number));
  return writer.finish();
}

/** A store from a file that `persist` wrote, or why it cannot be one. */
export function restore(bytes: Uint8Array): Result<Store> {
  try {
    return ok(restoreFrom(new ByteReader(bytes)));
  } catch (error) {
    if (error instanceof FailureError) return err("corrupt", `snapshot: ${failureOf(error).message}`);
    throw error;
  }
}

function restoreFrom(reader: ByteReader): Store {
  for (const byte of utf8Encode(MAGIC)) if (reader.byte() !== byte) throw corrupt("this is not a snapshot of Drover");
  const version = reader.uint();
  if (version > FORMAT_VERSION)
    throw corrupt(`format version ${version} is newer than this program reads (${FORMAT_VERSION})`);
  const store = new Store();
  const lastIndex = reader.uint();
  if (reader.uint() !== crc32c(utf8Encode(`${version} ${lastIndex}`))) throw corrupt("the head is damaged");
  store.begin(lastIndex);
  for (let number = reader.uint(); number !== END; number = reader.uint()) {
    const content = reader.bytes();
    if (reader.uint() !== crc32c(content, number))
      throw corrupt(`section ${number} is damaged: its checksum does not match`);
    restoreSection(store, number, new ByteReader(content));
  }
  if (!reader.isDone) throw corrupt("bytes follow the end");
  store.finish();
  return store;
}

function restoreSection(store: Store, number: number, content: ByteReader): void {
  for (let left = content.count(); left > 0; left--) {
    const row = content.bytes();
    if (number === ALLOCATIONS) restoreAllocation(store, new ByteReader(row));
    else if (number === INDEXES) restoreIndex(store, new ByteReader(row));
    else restoreRow(store, number, row);
  }
}

function restoreRow(store: Store, number: number, bytes: Uint8Array): void {
  const known = sections.find((each) => each.number === number);
  if (!known) throw corrupt(`section ${number} is not known here`);
  const row = decodeBinary(known.noun, bytes);
  if (!row.ok) throw new FailureError(row.failure);
  known.put(store, row.value as never);
}

function restoreAllocation(store: Store, reader: ByteReader): void {
  const jobVersion = reader.uint();
  const alloc = decodeBinary(Allocation, reader.bytes());
  if (!alloc.ok) throw new FailureError(alloc.failure);
  store.putAllocation({ alloc: alloc.value, jobVersion });
}

function restoreIndex(store: Store, reader: ByteReader): void {
  store.restoreTableIndex(reader.text() as TableName, reader.uint());
}

function corrupt(message: string): FailureError {
  assert(message !== "", "a reason is needed");
  return new FailureError({ code: "corrupt", message });
}
