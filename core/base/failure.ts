/** What can go wrong while operating. A closed list: RPC carries these codes, never text to be matched. */
export const failureCodes = [
  "invalid",
  "bad_request",
  "not_found",
  "conflict",
  "denied",
  "unauthenticated",
  "method_not_allowed",
  "unsupported_media",
  "too_large",
  "too_many",
  "no_leader",
  "no_path",
  "unavailable",
  "timeout",
  "cancelled",
  "enterprise_only",
  "not_built",
  "io",
  "corrupt",
  "internal",
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** A position in a text the user wrote; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An operating failure: a value, not an exception. `message` is the text the compatible API shows. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly cause?: Failure | Error | undefined;
  /** The field of the input that is wrong, in the input's own spelling. */
  readonly field?: string | undefined;
  readonly place?: Place | undefined;
  /** What the user can do; shown as `hint: …`, never part of the compatible body. */
  readonly hint?: string | undefined;
}

export type FailureExtra = Pick<Failure, "cause" | "field" | "place" | "hint">;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function err(code: FailureCode, message: string, extra?: FailureExtra): { ok: false; failure: Failure } {
  return { ok: false, failure: failure(code, message, extra) };
}

export function failure(code: FailureCode, message: string, extra?: FailureExtra): Failure {
  return { code, message, ...extra };
}

/** Carries a Failure through a rejected promise or out of a deep parser; always turned back by `failureOf`. */
export class FailureError extends Error {
  override readonly name = "FailureError";
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

/** The Failure inside whatever was thrown; a foreign error becomes `internal` with itself as cause. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  if (thrown instanceof Error) return failure("internal", thrown.message, { cause: thrown });
  return failure("internal", String(thrown));
}

type RetryClass = "never" | "later" | "elsewhere";

/** One table for everybody: what a code means over HTTP, and whether trying again can help. */
const meanings: Readonly<Record<FailureCode, { readonly status: number; readonly retry: RetryClass }>> = {
  invalid: { status: 500, retry: "never" },
  bad_request: { status: 400, retry: "never" },
  not_found: { status: 404, retry: "never" },
  conflict: { status: 409, retry: "never" },
  denied: { status: 403, retry: "never" },
  unauthenticated: { status: 401, retry: "never" },
  method_not_allowed: { status: 405, retry: "never" },
  unsupported_media: { status: 415, retry: "never" },
  too_large: { status: 413, retry: "never" },
  too_many: { status: 429, retry: "later" },
  no_leader: { status: 500, retry: "later" },
  no_path: { status: 500, retry: "elsewhere" },
  unavailable: { status: 503, retry: "later" },
  timeout: { status: 504, retry: "later" },
  cancelled: { status: 499, retry: "never" },
  enterprise_only: { status: 501, retry: "never" },
  not_built: { status: 501, retry: "never" },
  io: { status: 500, retry: "later" },
  corrupt: { status: 500, retry: "never" },
  internal: { status: 500, retry: "never" },
};

export function httpStatus(code: FailureCode): number {
  return meanings[code].status;
}

export function retryClass(code: FailureCode): RetryClass {
  return meanings[code].retry;
}
