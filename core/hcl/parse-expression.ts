import type {
  BinaryOperator,
  Expression,
  ForExpression,
  Index,
  ObjectItem,
  Splat,
  SplatStep,
  Step,
  Traversal,
} from "./ast.ts";
import { parseNumber } from "./number.ts";
import { parseForNames, parseHeredoc, parseQuoted } from "./parse-template.ts";
import { describeToken, type ParseState, refuseCharacter } from "./parse-state.ts";
import type { TokenKind } from "./scanner.ts";
import type { Span } from "./source.ts";
import { falseValue, nullValue, numberValue, stringValue, trueValue } from "./value.ts";

/** Binary operators, loosest first. */
const levels: readonly ReadonlySet<string>[] = [
  new Set(["||"]),
  new Set(["&&"]),
  new Set(["==", "!="]),
  new Set([">", ">=", "<", "<="]),
  new Set(["+", "-"]),
  new Set(["*", "/", "%"]),
];

const binaryLevel: ReadonlyMap<string, number> = new Map(
  levels.flatMap((operators, level) => [...operators].map((operator) => [operator, level] as const)),
);

/** An expression at the current token; undefined after a mistake that has been reported. */
export function parseExpression(state: ParseState): Expression | undefined {
  if (!state.enter()) return undefined;
  const expression = parseConditional(state);
  state.leave();
  return expression;
}

function parseConditional(state: ParseState): Expression | undefined {
  const { scanner } = state;
  const condition = parseBinary(state, 0);
  if (condition === undefined || scanner.kind !== "?") return condition;
  scanner.advance();
  const whenTrue = parseExpression(state);
  if (whenTrue === undefined) return undefined;
  if ((scanner.kind as TokenKind) !== ":") {
    state.fault(
      "Missing false expression in conditional",
      `A conditional is "condition ? value : otherwise"; expected ":", found ${describeToken(state)}.`,
    );
    return undefined;
  }
  scanner.advance();
  const whenFalse = parseExpression(state);
  if (whenFalse === undefined) return undefined;
  return { kind: "conditional", condition, whenTrue, whenFalse, start: condition.start, end: whenFalse.end };
}

/** Precedence climbing; operators of one level group to the left. */
function parseBinary(state: ParseState, lowest: number): Expression | undefined {
  const { scanner } = state;
  let left = parseUnary(state);
  while (left !== undefined) {
    const level = binaryLevel.get(scanner.kind);
    if (level === undefined || level < lowest) return left;
    const operator = scanner.kind as BinaryOperator;
    scanner.advance();
    const right = parseBinary(state, level + 1);
    if (right === undefined) return undefined;
    left = { kind: "binary", operator, left, right, start: left.start, end: right.end };
  }
  return undefined;
}

function parseUnary(state: ParseState): Expression | undefined {
  const { scanner } = state;
  if (scanner.kind !== "-" && scanner.kind !== "!") return parsePostfix(state);
  const { start, kind: operator } = scanner;
  scanner.advance();
  const operand = parseDeeper(state);
  return operand && { kind: "unary", operator, operand, start, end: operand.end };
}

function parseDeeper(state: ParseState): Expression | undefined {
  if (!state.enter()) return undefined;
  const operand = parseUnary(state);
  state.leave();
  return operand;
}

function parsePostfix(state: ParseState): Expression | undefined {
  const { scanner } = state;
  let expression = parseTerm(state);
  for (;;) {
    if (expression === undefined) return undefined;
    if (scanner.kind === ".") expression = parseDot(state, expression);
    else if (scanner.kind === "[") expression = parseBracket(state, expression);
    else return expression;
  }
}

/** Adds a constant step to a traversal, or starts one behind another expression. */
function withStep(source: Expression, step: Step): Expression {
  if (source.kind === "traversal" || source.kind === "relative")
    return { ...source, steps: [...source.steps, step], end: step.end };
  return { kind: "relative", source, steps: [step], start: source.start, end: step.end };
}

function parseDot(state: ParseState, source: Expression): Expression | undefined {
  const { scanner } = state;
  const dot = scanner.start;
  scanner.advance();
  const step = parseAttributeStep(state, dot);
  if (step !== undefined) return step.reduce(withStep, source);
  if (scanner.kind === "*") {
    scanner.advance();
    return parseAttributeSplat(state, source);
  }
  state.fault("Invalid attribute name", `Expected the name of an attribute after ".", found ${describeToken(state)}.`);
  return undefined;
}

/** `.name`, or `.0` and `.0.1` in the old way of indexing. */
function parseAttributeStep(state: ParseState, dot: number): Step[] | undefined {
  const { scanner } = state;
  const text = state.source.slice(state.span);
  const span = { start: dot, end: scanner.end };
  if (scanner.kind === "identifier") {
    scanner.advance();
    return [{ kind: "attribute", key: stringValue(text), ...span }];
  }
  if (scanner.kind === "number" && /^\d+(\.\d+)?$/.test(text)) {
    scanner.advance();
    return text.split(".").map((digits) => ({ kind: "index", key: numberValue(Number(digits)), ...span }));
  }
  return undefined;
}

/** `.*` followed by attributes; an index after it applies to the result. */
function parseAttributeSplat(state: ParseState, source: Expression): Splat {
  const { scanner } = state;
  const steps: Step[] = [];
  while (scanner.kind === ".") {
    const dot = scanner.start;
    scanner.advance();
    const step = parseAttributeStep(state, dot);
    if (step === undefined) {
      state.fault("Invalid attribute name", `Expected the name of an attribute after ".".`);
      break;
    }
    steps.push(...step);
  }
  return { kind: "splat", source, steps, start: source.start, end: scanner.previousEnd };
}

function parseBracket(state: ParseState, source: Expression): Expression | undefined {
  const { scanner } = state;
  const open = scanner.start;
  scanner.ignoreNewlines();
  scanner.advance();
  if ((scanner.kind as TokenKind) === "*") return parseFullSplat(state, source);
  const key = parseExpression(state);
  if (key === undefined || !closeBracket(state, "]", "index")) return undefined;
  const end = scanner.previousEnd;
  const constant = constantKey(key);
  if (constant !== undefined) return withStep(source, { kind: "index", key: constant, start: open, end });
  return { kind: "index", collection: source, key, start: source.start, end };
}

function constantKey(key: Expression): Step["key"] | undefined {
  if (key.kind === "literal" && (key.value.kind === "number" || key.value.kind === "string")) return key.value;
  if (key.kind !== "template") return undefined;
  const [part] = key.parts;
  if (part === undefined) return stringValue("");
  return key.parts.length === 1 && part.kind === "text" ? stringValue(part.text) : undefined;
}

/** `[*]` takes every step after it, indexes and further splats included, for each item. */
function parseFullSplat(state: ParseState, source: Expression): Expression | undefined {
  const { scanner } = state;
  scanner.advance();
  if (!closeBracket(state, "]", "splat")) return undefined;
  const steps: SplatStep[] = [];
  const { start, end } = source;
  const item: Traversal = { kind: "traversal", root: "", rootSpan: source, steps: [], start, end };
  while (scanner.kind === "." || scanner.kind === "[") {
    const next = scanner.kind === "." ? parseDot(state, item) : parseBracket(state, item);
    if (next === undefined) return undefined;
    if (next.kind === "traversal") steps.push(...next.steps);
    else steps.push(next as Index | Splat);
  }
  return { kind: "splat", source, steps, start: source.start, end: scanner.previousEnd };
}

/** Takes the closing bracket; after a mistake the rest up to it is passed over. */
function closeBracket(state: ParseState, closer: "]" | ")" | "}", what: string): boolean {
  const { scanner } = state;
  if (scanner.kind === closer) {
    scanner.heedNewlines();
    scanner.advance();
    return true;
  }
  state.fault(`Unclosed ${what}`, `Expected "${closer}", found ${describeToken(state)}.`);
  passOver(state, closer);
  return false;
}

/** Skips to behind the closer of the construct in which a mistake was found, so that what follows is read in peace. */
function passOver(state: ParseState, closer: TokenKind): void {
  const { scanner } = state;
  let depth = 0;
  while (scanner.kind !== "end") {
    if (depth === 0 && scanner.kind === closer) {
      scanner.heedNewlines();
      scanner.advance();
      return;
    }
    if (scanner.kind === "[" || scanner.kind === "(" || scanner.kind === "{") depth += 1;
    else if (scanner.kind === "]" || scanner.kind === ")" || scanner.kind === "}") {
      if (depth === 0) break;
      depth -= 1;
    } else if (scanner.kind === "quote") passString(state);
    scanner.advance();
  }
  scanner.heedNewlines();
}

const quotedText = /(?:[^"\\\n]|\\.)*"?/y;

function passString(state: ParseState): void {
  quotedText.lastIndex = state.scanner.end;
  quotedText.test(state.source.text);
  state.scanner.end = quotedText.lastIndex;
}

function parseTerm(state: ParseState): Expression | undefined {
  const { scanner } = state;
  switch (scanner.kind) {
    case "number":
      return parseNumberLiteral(state);
    case "identifier":
      return parseName(state);
    case "quote":
      return parseQuoted(state);
    case "heredoc":
      return parseHeredoc(state);
    case "(":
      return parseParentheses(state);
    case "[":
      return parseTuple(state);
    case "{":
      return parseObject(state);
    case "invalid":
      refuseCharacter(state);
      return undefined;
    default:
      refuseTerm(state);
      return undefined;
  }
}

function refuseTerm(state: ParseState): void {
  const detail =
    state.scanner.kind === "<"
      ? "Expected a value. A heredoc begins with <<NAME alone at the end of its line."
      : `Expected a value, found ${describeToken(state)}.`;
  state.fault("Invalid expression", detail, state.span, COMPATIBLE_NO_TERM);
}

const COMPATIBLE_NO_TERM =
  "Invalid expression; Expected the start of an expression, but found an invalid expression token.";

function parseNumberLiteral(state: ParseState): Expression | undefined {
  const { span } = state;
  const value = parseNumber(state.source.slice(span));
  if (value === undefined) {
    state.fault("Invalid number literal", "The number has too many digits or too large an exponent.");
    return undefined;
  }
  state.scanner.advance();
  return { kind: "literal", value: numberValue(value), ...span };
}

const keywords = new Map([
  ["true", trueValue],
  ["false", falseValue],
  ["null", nullValue],
]);

function parseName(state: ParseState): Expression | undefined {
  const { span, scanner } = state;
  const name = state.source.slice(span).normalize("NFC");
  scanner.advance();
  if (scanner.kind === "(") return parseCall(state, name, span);
  const keyword = keywords.get(name);
  if (keyword !== undefined) return { kind: "literal", value: keyword, ...span };
  return { kind: "traversal", root: name, rootSpan: span, steps: [], ...span };
}

function parseCall(state: ParseState, name: string, nameSpan: Span): Expression | undefined {
  const { scanner } = state;
  const items: Expression[] = [];
  let spread = false;
  scanner.ignoreNewlines();
  scanner.advance();
  while ((scanner.kind as TokenKind) !== ")") {
    const item = parseExpression(state);
    if (item === undefined) return failed(state, ")");
    items.push(item);
    if ((scanner.kind as TokenKind) === "...") {
      spread = true;
      scanner.advance();
      break;
    }
    if ((scanner.kind as TokenKind) !== ",") break;
    scanner.advance();
  }
  if (!closeBracket(state, ")", "function call")) return undefined;
  return { kind: "call", name, nameSpan, arguments: items, spread, start: nameSpan.start, end: scanner.previousEnd };
}

function failed(state: ParseState, closer: TokenKind): undefined {
  passOver(state, closer);
}

function parseParentheses(state: ParseState): Expression | undefined {
  const { scanner } = state;
  const { start } = scanner;
  scanner.ignoreNewlines();
  scanner.advance();
  const inner = parseExpression(state);
  if (inner === undefined) return failed(state, ")");
  if (!closeBracket(state, ")", "parentheses")) return undefined;
  return { kind: "parentheses", inner, start, end: scanner.previousEnd };
}

function atFor(state: ParseState): boolean {
  return state.scanner.kind === "identifier" && state.source.slice(state.span) === "for";
}

function parseTuple(state: ParseState): Expression | undefined {
  const { scanner } = state;
  const { start } = scanner;
  const items: Expression[] = [];
  scanner.ignoreNewlines();
  scanner.advance();
  if (atFor(state)) return parseFor(state, start, "]");
  while ((scanner.kind as TokenKind) !== "]") {
    const item = parseExpression(state);
    if (item === undefined) return failed(state, "]");
    items.push(item);
    if ((scanner.kind as TokenKind) !== ",") break;
    scanner.advance();
  }
  if ((scanner.kind as TokenKind) !== "]") {
    state.fault(
      "Missing item separator",
      `Expected a comma before the next item, or "]" to close the list; found ${describeToken(state)}.`,
    );
    return failed(state, "]");
  }
  scanner.heedNewlines();
  scanner.advance();
  return { kind: "tuple", items, start, end: scanner.previousEnd };
}

/** Items of an object are separated by commas or line ends; a name before `=` or `:` stands for itself. */
function parseObject(state: ParseState): Expression | undefined {
  const { scanner } = state;
  const { start } = scanner;
  const newlines = scanner.withNewlines(0);
  scanner.advance();
  skipNewlines(state);
  if (atFor(state) && !isKeyNext(state)) {
    scanner.withNewlines(newlines + 1);
    return parseFor(state, start, "}");
  }
  const items: ObjectItem[] = [];
  while ((scanner.kind as TokenKind) !== "}") {
    const item = parseObjectItem(state);
    if (item === undefined || !separated(state)) {
      scanner.withNewlines(newlines + 1);
      return failed(state, "}");
    }
    items.push(item);
  }
  scanner.withNewlines(newlines);
  scanner.advance();
  return { kind: "object", items, start, end: scanner.previousEnd };
}

function skipNewlines(state: ParseState): void {
  while (state.scanner.kind === "newline") state.scanner.advance();
}

/** `{ for = 1 }` has a key named "for". */
function isKeyNext(state: ParseState): boolean {
  return /^[ \t]*[=:]/.test(state.source.text.slice(state.scanner.end, state.scanner.end + 40));
}

function parseObjectItem(state: ParseState): ObjectItem | undefined {
  const { scanner } = state;
  const key = parseExpression(state);
  if (key === undefined) return undefined;
  if (scanner.kind !== "=" && scanner.kind !== ":") {
    state.fault(
      "Missing attribute value",
      `Expected "=" and the value of the attribute, found ${describeToken(state)}.`,
    );
    return undefined;
  }
  scanner.advance();
  const value = parseExpression(state);
  if (value === undefined) return undefined;
  if (key.kind === "traversal") {
    if (key.steps.length === 0) {
      const { start, end } = key;
      return { key: { kind: "literal", value: stringValue(key.root), start, end }, value };
    }
    state.fault(
      "Ambiguous attribute key",
      `To compute a key write it in parentheses; to use the text itself, in quotes.`,
      key,
    );
    return undefined;
  }
  if (key.kind === "literal" && key.value.kind !== "number") {
    const { start, end } = key;
    return { key: { kind: "literal", value: stringValue(state.source.slice(key)), start, end }, value };
  }
  return { key, value };
}

function separated(state: ParseState): boolean {
  const { scanner } = state;
  if (scanner.kind === "}") return true;
  if (scanner.kind !== "," && scanner.kind !== "newline") {
    state.fault(
      "Missing attribute separator",
      `Expected a line end or a comma before the next attribute, or "}"; found ${describeToken(state)}.`,
    );
    return false;
  }
  scanner.advance();
  skipNewlines(state);
  return true;
}

/** The word `for` is the current token. */
function parseFor(state: ParseState, start: number, closer: "]" | "}"): Expression | undefined {
  const { scanner } = state;
  const names = parseForNames(state);
  const collection = names && parseExpression(state);
  if (names === undefined || collection === undefined) return failed(state, closer);
  if (scanner.kind !== ":") {
    state.fault("Invalid 'for' expression", `Expected ":" after the collection, found ${describeToken(state)}.`);
    return failed(state, closer);
  }
  scanner.advance();
  const result = parseForResult(state, closer);
  if (result === undefined) return failed(state, closer);
  if (!closeBracket(state, closer, "'for' expression")) return undefined;
  return { kind: "for", ...names, collection, ...result, start, end: scanner.previousEnd };
}

type ForResult = Pick<ForExpression, "key" | "value" | "condition" | "grouped">;

function parseForResult(state: ParseState, closer: "]" | "}"): ForResult | undefined {
  const { scanner } = state;
  const first = parseExpression(state);
  if (first === undefined) return undefined;
  const isArrow = scanner.kind === "=>";
  if (isArrow !== (closer === "}")) {
    const detail = isArrow
      ? `"=>" belongs to an object: write {for …} instead of [for …].`
      : `Expected "=>" and the value: an object needs a key and a value for each item.`;
    state.fault("Invalid 'for' expression", detail);
    return undefined;
  }
  if (isArrow) scanner.advance();
  const value = isArrow ? parseExpression(state) : first;
  const grouped = isArrow && (scanner.kind as TokenKind) === "...";
  if (grouped) scanner.advance();
  const condition = parseForCondition(state);
  if (value === undefined || condition === null) return undefined;
  return { key: isArrow ? first : undefined, value, condition, grouped };
}

/** Null after a mistake. */
function parseForCondition(state: ParseState): Expression | undefined | null {
  if (state.scanner.kind !== "identifier" || state.source.slice(state.span) !== "if") return undefined;
  state.scanner.advance();
  return parseExpression(state) ?? null;
}
