import { err, ok, type Result } from "#core/base";
import { type Disk, type LogIdentity, segmentName, sequenceOf } from "./disk.ts";
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader } from "./segment.ts";

/** The segment files of a folder: those with a readable head, and those without. */
export interface SegmentFiles {
  /** Ascending by sequence. */
  readonly readable: readonly SegmentHeader[];
  readonly damaged: readonly number[];
}

export function readSegmentHeaders(
  disk: Disk,
  identity: Omit<LogIdentity, "incarnation"> | undefined,
): Result<SegmentFiles> {
  const readable: SegmentHeader[] = [];
  const damaged: number[] = [];
  for (const name of [...disk.list()].sort()) {
    const sequence = sequenceOf(name);
    if (sequence === undefined) continue;
    const reading = decodeSegmentHeader(disk.read(name, 0, SEGMENT_HEADER_BYTES));
    if (reading.type === "newer")
      return err("corrupt", `${name} has log format ${reading.version}, which a later version of this program wrote`);
    if (reading.type === "damaged" || reading.header.sequence !== sequence) damaged.push(sequence);
    else if (identity !== undefined && !isSame(reading.header.identity, identity))
      return err("corrupt", `${name} belongs to server ${reading.header.identity.serverId} of another data directory`);
    else readable.push(reading.header);
  }
  return ok({ readable, damaged });
}

function isSame(left: Omit<LogIdentity, "incarnation">, right: Omit<LogIdentity, "incarnation">): boolean {
  return left.clusterId === right.clusterId && left.serverId === right.serverId;
}

/** The segments that make up the log, oldest first: from the highest sequence back along `previous`. */
export function chainOf(files: SegmentFiles): readonly SegmentHeader[] {
  const bySequence = new Map(files.readable.map((header) => [header.sequence, header]));
  const chain: SegmentHeader[] = [];
  for (let header = files.readable.at(-1); header !== undefined; ) {
    chain.push(header);
    const { sequence }: SegmentHeader = header;
    const previous: SegmentHeader | undefined = bySequence.get(header.previous.sequence);
    header = previous !== undefined && previous.sequence < sequence ? previous : undefined;
  }
  return chain.reverse();
}

export function describePlace(sequence: number, offset: number): string {
  return `${segmentName(sequence)} at offset ${offset}`;
}
