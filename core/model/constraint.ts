/** What a node must be, should be, and over what allocations should spread. */
import { int, list, ref, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const constraintFields = {
  lTarget: text(1, { draftZero: true }),
  rTarget: text(2, { draftZero: true }),
  operand: text(3, { draftZero: true }),
};
export interface Constraint extends InferFields<typeof constraintFields> {}
export interface ConstraintDraft extends DraftFields<typeof constraintFields> {}
export const Constraint: Struct<Constraint, ConstraintDraft> = struct("Constraint", constraintFields);

const affinityFields = {
  lTarget: text(1, { draftZero: true }),
  rTarget: text(2, { draftZero: true }),
  operand: text(3, { draftZero: true }),
  weight: int(4),
};
export interface Affinity extends InferFields<typeof affinityFields> {}
export interface AffinityDraft extends DraftFields<typeof affinityFields> {}
export const Affinity: Struct<Affinity, AffinityDraft> = struct("Affinity", affinityFields);

const spreadTargetFields = {
  value: text(1, { draftZero: true }),
  percent: int(2, { draftZero: true }),
};
export interface SpreadTarget extends InferFields<typeof spreadTargetFields> {}
export interface SpreadTargetDraft extends DraftFields<typeof spreadTargetFields> {}
export const SpreadTarget: Struct<SpreadTarget, SpreadTargetDraft> = struct("SpreadTarget", spreadTargetFields);

const spreadFields = {
  attribute: text(1, { draftZero: true }),
  weight: int(2),
  spreadTarget: list(
    3,
    ref.of(() => SpreadTarget),
  ),
};
export interface Spread extends InferFields<typeof spreadFields> {}
export interface SpreadDraft extends DraftFields<typeof spreadFields> {}
export const Spread: Struct<Spread, SpreadDraft> = struct("Spread", spreadFields);
