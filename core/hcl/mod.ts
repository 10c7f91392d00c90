/**
 * HCL 2, with no knowledge of jobs: lexer, parser with recovery, types and values, evaluator, functions, diagnostics.
 *
 * To read a configuration: `parseHcl(text, file)` gives `{ body, source, diagnostics }`. `contentOf(body, schema, context)`
 * picks the arguments and blocks that a schema names, from either syntax, and reports the rest; `attributesOf` takes all
 * arguments of a free-form body. `new Evaluator(source, …).evaluate(attribute.expression, emptyScope)` computes a value,
 * `plainValue` turns it into data. Ranges: `source.range(node)` of any attribute, block, label or expression.
 * The grammar is that of the HCL native syntax specification and of its JSON syntax specification.
 */
export type {
  Attribute,
  Block,
  Body,
  Expression,
  JsonBody,
  Label,
  NativeBody,
  Template,
  TemplatePart,
  Traversal,
} from "./ast.ts";
export { attributesOf, type BodyContent, type BodyContext, type BodySchema, contentOf } from "./body.ts";
export { Budget, BudgetFault } from "./budget.ts";
export { ConversionFault, convert, tryConvert } from "./convert.ts";
export {
  compatibleLine,
  type CompatibleText,
  type Diagnostic,
  diagnosticLine,
  Diagnostics,
  hasErrors,
  renderDiagnostic,
  type Severity,
} from "./diagnostic.ts";
export { Evaluator, type EvaluatorOptions } from "./evaluate.ts";
export { type Formatted, formatHcl } from "./format.ts";
export { disabledFileFunctions, type FileAccess, fileFunctions } from "./functions/files.ts";
export { type RandomBytes, randomFunctions } from "./functions/random.ts";
export { pureFunctions } from "./functions/table.ts";
export { limits } from "./limits.ts";
export { compareNumbers, formatNumber, type HclNumber, isInteger, parseNumber, toBigInt, toFloat64 } from "./number.ts";
export { type ParsedFile, parseHcl } from "./parse.ts";
export { type ParsedExpression, parseExpressionText } from "./parse-text.ts";
export { type Plain, plainNumber, plainValue } from "./plain.ts";
export {
  emptyScope,
  FunctionFault,
  type FunctionTable,
  type HclFunction,
  type LazyFunction,
  type Parameter,
  type PlainFunction,
  Scope,
} from "./scope.ts";
export { referencesIn } from "./references.ts";
export { type Position, type Range, Source, type Span } from "./source.ts";
export { parseType, type TypeFault } from "./type-expression.ts";
export { boolType, dynamicType, numberType, sameType, stringType, type Type, typeName, unify } from "./type.ts";
export {
  boolValue,
  nullValue,
  numberValue,
  objectValue,
  stringValue,
  tupleValue,
  typeOf,
  unknownValue,
  type Value,
} from "./value.ts";
