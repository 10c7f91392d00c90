import { type Failure, type FailureCode, failure, failureCodes } from "#core/base";
import { int, ref, struct, text, type DraftFields, type InferFields, type Struct } from "#core/schema";

const wirePlaceFields = { file: text(1), line: int(2), column: int(3) };
export interface WirePlace extends InferFields<typeof wirePlaceFields> {}
export const WirePlace: Struct<WirePlace, DraftFields<typeof wirePlaceFields>> = struct("RpcPlace", wirePlaceFields);

const wireFailureFields = {
  code: text(1),
  message: text(2),
  field: text(3),
  hint: text(4),
  place: ref(5, () => WirePlace, { nullable: true }),
};
/** A failure on its way between agents: its code decides what the receiver does, its text is only shown. */
export interface WireFailure extends InferFields<typeof wireFailureFields> {}
export const WireFailure: Struct<WireFailure, DraftFields<typeof wireFailureFields>> = struct(
  "RpcFailure",
  wireFailureFields,
);

/** Without its cause, which is a matter of the machine where it happened and is in that machine's log. */
export function toWireFailure({ code, message, field, hint, place }: Failure): WireFailure {
  return { code, message, field: field ?? "", hint: hint ?? "", place: place ?? null };
}

/** A code that this version does not know becomes `internal`: it is shown and not retried. */
export function fromWireFailure({ code, message, field, hint, place }: WireFailure): Failure {
  const known = failureCodes.find((candidate): candidate is FailureCode => candidate === code) ?? "internal";
  return failure(known, message, {
    ...(field !== "" && { field }),
    ...(hint !== "" && { hint }),
    ...(place !== null && { place }),
  });
}
