import { nearest } from "#core/base";
import {
  type Attribute,
  type Block,
  type BodyContent,
  type BodySchema,
  ConversionFault,
  type CompatibleText,
  contentOf,
  convert,
  type Diagnostic,
  dynamicType,
  type Evaluator,
  emptyScope,
  parseExpressionText,
  parseType,
  referencesIn,
  Scope,
  stringType,
  type Type,
  typeOf,
  type Value,
  objectValue,
  unknownValue,
} from "#core/hcl";

/** A value from outside the file, still without a type. */
export interface GivenValue {
  readonly origin: "env" | "file" | "arg";
  /** Computed (from a variable file), or the text of a flag or of the environment. */
  readonly value: Value | string;
  /** Where it was given its value, and that value: of a variable file only. */
  readonly place?: DiagnosticPlace;
  readonly valuePlace?: DiagnosticPlace;
}

/** A range with the text of its line. */
export type DiagnosticPlace = Required<Pick<Diagnostic, "range" | "line">>;

export interface Variable {
  readonly name: string;
  readonly block: Block | undefined;
  /** Undefined when neither a type nor a default says. */
  readonly type: Type | undefined;
  readonly defaultValue: Value | undefined;
  readonly validations: readonly Validation[];
}

interface Validation {
  readonly condition: Attribute;
  readonly message: string;
}

const variableSchema: BodySchema = {
  attributes: new Set(["type", "default", "description"]),
  blocks: new Map([["validation", []]]),
};
const validationSchema: BodySchema = {
  attributes: new Set(["condition", "error_message"]),
  blocks: new Map(),
};

const namePattern = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

/** Reads `variable` and `variables` blocks; `constants` is an evaluator that knows no names. */
export function declareVariables(root: BodyContent, constants: Evaluator): ReadonlyMap<string, Variable> {
  const declared = new Map<string, Variable>();
  for (const block of root.blocks) {
    if (block.type === "variable") addVariable(declared, readVariable(block, constants), constants);
    if (block.type === "variables")
      for (const attribute of allAttributes(block, constants)) {
        const defaultValue = constants.evaluate(attribute.expression, emptyScope);
        const type = defaultValue.kind === "null" ? undefined : typeOf(defaultValue);
        const variable = { name: attribute.name, block: undefined, type, defaultValue, validations: [] };
        addVariable(declared, variable, constants, attribute);
      }
  }
  return declared;
}

function allAttributes(block: Block, constants: Evaluator): readonly Attribute[] {
  const { body } = block;
  if (body.kind === "native") {
    for (const inner of body.blocks)
      constants.fault(inner.typeSpan, "Unexpected block", `"variables" holds only arguments: name = default.`);
    return body.attributes;
  }
  const names = body.objects.flatMap((object) => object.members.map((member) => member.name));
  return [...contentOf(body, { attributes: new Set(names), blocks: new Map() }, constants).attributes.values()];
}

function addVariable(
  declared: Map<string, Variable>,
  variable: Variable,
  constants: Evaluator,
  place: Attribute | Block | undefined = variable.block,
): void {
  if (declared.has(variable.name) && place !== undefined)
    constants.fault(
      "nameSpan" in place ? place.nameSpan : (place.labels[0] ?? place),
      "Duplicate variable",
      `A variable named "${variable.name}" is already declared.`,
    );
  else declared.set(variable.name, variable);
}

function readVariable(block: Block, constants: Evaluator): Variable {
  const [label] = block.labels;
  const name = label?.value ?? "";
  if (!namePattern.test(name))
    constants.fault(
      label ?? block,
      "Invalid variable name",
      "A name begins with a letter or underscore and holds only letters, digits, underscores and dashes.",
    );
  const content = contentOf(block.body, variableSchema, constants);
  const type = declaredType(content.attributes.get("type"), constants);
  const { attributes } = content;
  const defaultValue = readDefault(attributes.get("default"), type, constants);
  const validations = content.blocks.flatMap((inner) => readValidation(inner, name, constants));
  const inferred =
    type ?? (defaultValue === undefined || defaultValue.kind === "null" ? undefined : typeOf(defaultValue));
  return { name, block, type: inferred, defaultValue, validations };
}

function declaredType(attribute: Attribute | undefined, constants: Evaluator): Type | undefined {
  if (attribute === undefined) return undefined;
  const { expression } = attribute;
  const type = parseType(jsonType(expression), { allowsAny: false });
  if (!("summary" in type)) return type;
  constants.fault(type.span, type.summary, type.detail);
  return undefined;
}

/** In the JSON syntax a type is written as a string, whose text is the expression. */
function jsonType(expression: Attribute["expression"]): Attribute["expression"] {
  if (expression.kind !== "literal" || expression.value.kind !== "string") return expression;
  const inner = parseExpressionText(expression.value.value, "type").expression;
  return inner === undefined ? expression : { ...inner, start: expression.start, end: expression.end };
}

function readDefault(
  attribute: Attribute | undefined,
  type: Type | undefined,
  constants: Evaluator,
): Value | undefined {
  if (attribute === undefined) return undefined;
  const value = constants.evaluate(attribute.expression, emptyScope);
  if (value.kind === "unknown") return value;
  try {
    return convert(value, type ?? dynamicType);
  } catch (error) {
    if (!(error instanceof ConversionFault)) throw error;
    return constants.fault(
      attribute.expression,
      "Invalid default value for variable",
      `The default does not fit the variable's type: ${error.message}.`,
    );
  }
}

function readValidation(block: Block, name: string, constants: Evaluator): Validation[] {
  const { attributes } = contentOf(block.body, validationSchema, constants);
  const [condition, text] = [attributes.get("condition"), attributes.get("error_message")];
  for (const [wanted, found] of [
    ["condition", condition],
    ["error_message", text],
  ] as const)
    if (found === undefined)
      constants.fault(
        block.typeSpan,
        "Missing required argument",
        `The argument "${wanted}" is required in a validation.`,
      );
  if (condition === undefined || text === undefined) return [];
  const message = constants.evaluateAs(text.expression, emptyScope, stringType, "the error message");
  if (message.kind === "string" && message.value.trim() === "")
    constants.fault(
      text.expression,
      "Invalid validation error message",
      "The message must say what is wrong; it is blank.",
    );
  if (message.kind !== "string" || !refersToItself(condition, name, constants)) return [];
  return [{ condition, message: message.value }];
}

function refersToItself(condition: Attribute, name: string, constants: Evaluator): boolean {
  const references = referencesIn(condition.expression);
  const own = references.filter((item) => item.root === "var" && stepName(item) === name);
  const others = references.filter((item) => (item.root === "var" || item.root === "local") && stepName(item) !== name);
  for (const other of others)
    constants.fault(
      other,
      "Invalid reference in variable validation",
      `The condition for variable "${name}" can refer only to var.${name} itself.`,
    );
  if (own.length === 0 && others.length === 0)
    constants.fault(
      condition.expression,
      "Invalid variable validation condition",
      `The condition must refer to var.${name}, or it tests nothing.`,
    );
  return own.length > 0 && others.length === 0;
}

export function stepName(reference: { readonly steps: readonly { readonly key: Value }[] }): string | undefined {
  const key = reference.steps[0]?.key;
  return key?.kind === "string" ? key.value : undefined;
}

/** Where a value that is only text came from, for its diagnostics. */
export interface TextValues {
  /** Computes a text as an expression without names; undefined after a mistake, which is reported. */
  readonly compute: (text: string, name: string, origin: GivenValue["origin"]) => Value | undefined;
  /** Reports a problem that has no place in the file. */
  readonly report: (summary: string, detail: string, extra?: Pick<Diagnostic, "range" | "line" | "compatible">) => void;
  /** A file with values could not be read: a variable that seems unset may be set there. */
  readonly hasUnread: boolean;
  readonly declarationOf: (block: Block) => DiagnosticPlace;
}

const originNames = { env: "environment variable", file: "variable file", arg: "-var argument" } as const;

/** The value of each variable: what was given converted to its type, else its default. */
export function resolveVariables(
  declared: ReadonlyMap<string, Variable>,
  given: ReadonlyMap<string, GivenValue>,
  texts: TextValues,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const variable of declared.values()) {
    const value = given.has(variable.name)
      ? givenValue(variable, given.get(variable.name) as GivenValue, texts)
      : variable.defaultValue;
    // One without a value is unknown: what is wrong elsewhere is told in the same run.
    values.set(variable.name, value ?? unknownValue);
    if (value === undefined && !given.has(variable.name) && !texts.hasUnread) reportUnset(variable, texts);
  }
  return values;
}

function reportUnset({ name, block }: Variable, texts: TextValues): void {
  const summary = `Unset variable "${name}"`;
  const place = "<nil>: ";
  const text = `${summary}; A used variable must be set or have a default value; see https://developer.hashicorp.com/nomad/docs/reference/hcl2/variables  for details.`;
  texts.report(summary, `It has no default: set it with -var '${name}=…', in a -var-file, or by NOMAD_VAR_${name}.`, {
    ...(block && texts.declarationOf(block)),
    compatible: { place, text },
  });
}

function givenValue(variable: Variable, given: GivenValue, texts: TextValues): Value | undefined {
  const value = typeof given.value === "string" ? textValue(variable, given, given.value, texts) : given.value;
  if (value === undefined || value.kind === "unknown") return value;
  try {
    return convert(value, variable.type ?? dynamicType);
  } catch (error) {
    if (!(error instanceof ConversionFault)) throw error;
    reportUnfitting(variable, given, error.message, texts);
    return undefined;
  }
}

function reportUnfitting({ name }: Variable, given: GivenValue, reason: string, texts: TextValues): void {
  const summary = `Invalid value of ${originNames[given.origin]} for variable`;
  const compatible =
    given.origin === "arg"
      ? {
          place: ":0,0-0: ",
          text: `Invalid argument value for -var variable; The received arg value for ${name} is not compatible with the variable's type constraint: ${reason}.`,
        }
      : {
          text: `Invalid value for variable; The value for ${name} is not compatible with the variable's type constraint: ${reason}.`,
        };
  texts.report(summary, `The value given for "${name}" does not fit its type: ${reason}.`, {
    ...given.valuePlace,
    compatible,
  });
}

/** Primitive and untyped variables take a text as it is; for the others it is an expression. */
function textValue(variable: Variable, given: GivenValue, text: string, texts: TextValues): Value | undefined {
  const kind = variable.type?.kind ?? "string";
  if (kind === "string" || kind === "number" || kind === "bool" || kind === "dynamic")
    return { kind: "string", value: text.normalize("NFC") };
  return texts.compute(text, variable.name, given.origin);
}

/** Tests the values by the variables' own conditions. */
export function validateVariables(
  declared: ReadonlyMap<string, Variable>,
  values: ReadonlyMap<string, Value>,
  evaluator: Evaluator,
): void {
  for (const { name, validations } of declared.values()) {
    const value = values.get(name);
    if (value === undefined || value.kind === "unknown") continue;
    const scope = new Scope(new Map([["var", objectValue([[name, value]])]]));
    for (const { condition, message } of validations) {
      const result = evaluator.evaluateAs(condition.expression, scope, { kind: "bool" }, "a validation condition");
      if (result.kind === "bool" && !result.value)
        evaluator.fault(condition.expression, `Invalid value for variable "${name}"`, message);
    }
  }
}

/** What was given for variables that the file does not declare. */
export function reportUndeclared(
  declared: ReadonlyMap<string, Variable>,
  given: ReadonlyMap<string, GivenValue>,
  texts: TextValues,
): void {
  for (const [name, value] of given) {
    if (declared.has(name) || value.origin === "env") continue;
    const meant = nearest(name, declared.keys());
    const hint = meant === undefined ? `Declare it: variable "${name}" {}.` : `Did you mean "${meant}"?`;
    texts.report("Undefined variable", `A value was given for "${name}", which the file does not declare. ${hint}`, {
      ...value.place,
      compatible: undeclaredText(name, value.origin),
    });
  }
}

function undeclaredText(name: string, origin: GivenValue["origin"]): CompatibleText {
  const declare = `To declare variable ${JSON.stringify(name)}, place this block in your job file`;
  const text =
    origin === "arg"
      ? `Undefined -var variable; A "${name}" variable was passed in the command line but was not found in known variables. ${declare}`
      : `Undefined variable; A "${name}" variable was set but was not found in known variables. ${declare}s`;
  return { place: "<nil>: ", text };
}
