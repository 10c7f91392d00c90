/** What a scheduler would do for each group. */
import { int, list, map, ref, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";
import { AllocListStub } from "./allocation.ts";

const desiredUpdatesFields = {
  ignore: int(1),
  place: int(2),
  migrate: int(3),
  stop: int(4),
  inPlaceUpdate: int(5),
  destructiveUpdate: int(6),
  canary: int(7),
  preemptions: int(8),
  disconnect: int(9),
  reconnect: int(10),
  rescheduleNow: int(11),
  rescheduleLater: int(12),
};
export interface DesiredUpdates extends InferFields<typeof desiredUpdatesFields> {}
export interface DesiredUpdatesDraft extends DraftFields<typeof desiredUpdatesFields> {}
export const DesiredUpdates: Struct<DesiredUpdates, DesiredUpdatesDraft> = struct(
  "DesiredUpdates",
  desiredUpdatesFields,
);

const planAnnotationsFields = {
  desiredTgUpdates: map(
    1,
    ref.of(() => DesiredUpdates),
  ),
  preemptedAllocs: list(
    2,
    ref.of(() => AllocListStub),
  ),
};
export interface PlanAnnotations extends InferFields<typeof planAnnotationsFields> {}
export interface PlanAnnotationsDraft extends DraftFields<typeof planAnnotationsFields> {}
export const PlanAnnotations: Struct<PlanAnnotations, PlanAnnotationsDraft> = struct(
  "PlanAnnotations",
  planAnnotationsFields,
);
