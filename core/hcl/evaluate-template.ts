import type { Template, TemplateFor, TemplateIf, TemplateInterpolation, TemplatePart } from "./ast.ts";
import { ConversionFault, convert } from "./convert.ts";
import { itemsOf, loopScope } from "./evaluate-for.ts";
import type { Evaluation, Scope } from "./scope.ts";
import { boolType, stringType } from "./type.ts";
import { aTypeName, stringValue, unknownValue, type Value } from "./value.ts";

/** Text, or with a single interpolation and nothing around it the value itself. */
export function evaluateTemplate(evaluator: Evaluation, template: Template, scope: Scope): Value {
  const [only] = template.parts;
  if (template.parts.length === 1 && only?.kind === "interpolation") {
    const kept = keptReference(evaluator, only, scope);
    return kept === undefined ? evaluator.evaluate(only.expression, scope) : stringValue(kept);
  }
  if (template.parts.length === 1 && only?.kind === "text") return stringValue(only.text);
  const text = partsText(evaluator, template.parts, scope);
  if (text === undefined) return unknownValue;
  evaluator.budget.text(text.length);
  return stringValue(text);
}

/** Undefined when some part is unknown. */
function partsText(evaluator: Evaluation, parts: readonly TemplatePart[], scope: Scope): string | undefined {
  let text = "";
  let known = true;
  for (const part of parts) {
    const piece = partText(evaluator, part, scope);
    if (piece === undefined) known = false;
    else {
      text += piece;
      evaluator.budget.text(piece.length);
    }
  }
  return known ? text : undefined;
}

function partText(evaluator: Evaluation, part: TemplatePart, scope: Scope): string | undefined {
  evaluator.budget.step();
  switch (part.kind) {
    case "text":
      return part.text;
    case "interpolation":
      return interpolationText(evaluator, part, scope);
    case "if":
      return conditionalText(evaluator, part, scope);
    default:
      return loopText(evaluator, part, scope);
  }
}

/** A reference that nobody here can resolve stays as it was written, with its `${` and `}`. */
function keptReference(evaluator: Evaluation, part: TemplateInterpolation, scope: Scope): string | undefined {
  const { expression } = part;
  if (!evaluator.keepsUnknownReferences || expression.kind !== "traversal") return undefined;
  if (scope.find(expression.root) !== undefined) return undefined;
  return part.verbatim ?? evaluator.source.slice(part);
}

function interpolationText(evaluator: Evaluation, part: TemplateInterpolation, scope: Scope): string | undefined {
  const kept = keptReference(evaluator, part, scope);
  if (kept !== undefined) return kept;
  const value = evaluator.evaluate(part.expression, scope);
  if (value.kind === "null") {
    evaluator.fault(part.expression, "Invalid template interpolation value", "The value is null, which has no text.");
    return undefined;
  }
  evaluator.budget.walk(value);
  try {
    const text = convert(value, stringType);
    return text.kind === "string" ? text.value : undefined;
  } catch (error) {
    if (!(error instanceof ConversionFault)) throw error;
    evaluator.fault(
      part.expression,
      "Invalid template interpolation value",
      `Only strings, numbers and bools can stand in a text; this is ${aTypeName(value)}. jsonencode or join give it a text.`,
    );
    return undefined;
  }
}

function conditionalText(evaluator: Evaluation, part: TemplateIf, scope: Scope): string | undefined {
  const condition = evaluator.evaluateAs(part.condition, scope, boolType, "the condition of a template");
  if (condition.kind === "null") {
    evaluator.fault(part.condition, "Null condition", "The condition is null.");
    return undefined;
  }
  if (condition.kind !== "bool") return undefined;
  return partsText(evaluator, condition.value ? part.whenTrue : part.whenFalse, scope);
}

function loopText(evaluator: Evaluation, part: TemplateFor, scope: Scope): string | undefined {
  const items = itemsOf(evaluator, part.collection, scope);
  if (items === undefined) return undefined;
  let text = "";
  for (const [key, value] of items) {
    const piece = partsText(evaluator, part.body, loopScope(part, key, value, scope));
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}
