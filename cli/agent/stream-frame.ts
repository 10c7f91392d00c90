import { jsonText } from "#core/wire";

interface Frame {
  readonly file: string;
  readonly offset: number;
  readonly data?: Uint8Array | null;
  readonly fileEvent?: string;
}

/** A frame as the compatible API streams it: what is zero is left out, so that a heartbeat is `{}`. */
export function encodeFrame({ file, offset, data, fileEvent }: Frame): string {
  const members: string[] = [];
  if (offset !== 0) members.push(`"Offset":${offset}`);
  if (data && data.length > 0) members.push(`"Data":"${Buffer.from(data).toString("base64")}"`);
  if (file !== "") members.push(`"File":${jsonText(file)}`);
  if (fileEvent) members.push(`"FileEvent":${jsonText(fileEvent)}`);
  return `{${members.join(",")}}`;
}
