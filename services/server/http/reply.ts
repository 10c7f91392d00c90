import { type Failure, httpStatus } from "#core/base";

/** What a handler answers; the server turns it into headers and bytes. */
export type Reply =
  | { readonly kind: "json"; readonly json: string; readonly status?: number; readonly headers?: Headers }
  | { readonly kind: "text"; readonly text: string; readonly status: number; readonly headers?: Headers }
  | { readonly kind: "html"; readonly text: string; readonly status: number; readonly headers?: Headers }
  | { readonly kind: "empty"; readonly status: number; readonly headers?: Headers }
  | {
      readonly kind: "stream";
      readonly contentType: string;
      readonly chunks: AsyncIterable<Uint8Array | string>;
      readonly headers?: Headers;
    };

export type Headers = Readonly<Record<string, string>>;

export function json(text: string, headers?: Headers): Reply {
  return headers ? { kind: "json", json: text, headers } : { kind: "json", json: text };
}

export function text(message: string, status: number, headers?: Headers): Reply {
  return headers ? { kind: "text", text: message, status, headers } : { kind: "text", text: message, status };
}

/** The compatible body is the message alone; the place and what to do travel in a header of ours. */
export function failed(reason: Failure): Reply {
  const place = reason.place ? `${reason.place.file}:${reason.place.line}:${reason.place.column}` : reason.field;
  const advice = [place && `at ${place}`, reason.hint].filter((part) => part !== undefined && part !== "").join("; ");
  const headers = advice === "" ? undefined : { "X-Drover-Hint": headerText(advice) };
  return text(reason.message, httpStatus(reason.code), headers);
}

function headerText(advice: string): string {
  return advice
    .replace(/\s*\n\s*/g, " / ")
    .replace(/[^\u0020-\u007e]+/g, " ")
    .slice(0, 1000);
}
