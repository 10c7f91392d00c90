import type { Attribute, Block, Label, NativeBody } from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import { readQuotedText } from "./parse-template.ts";
import { describeToken, type ParseState, recover, refuseCharacter } from "./parse-state.ts";
import type { TokenKind } from "./scanner.ts";
import type { Span } from "./source.ts";

/** Items until `}` or the end of the file; the closing token is left to the caller. */
export function parseItems(state: ParseState, start: number): NativeBody {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  let seen: Map<string, Attribute> | undefined;
  const { scanner } = state;
  while (scanner.kind !== "}" && scanner.kind !== "end") {
    if (scanner.kind === "newline") {
      scanner.advance();
      continue;
    }
    const item = parseItem(state);
    if (item === undefined) recover(state);
    else if ("body" in item) blocks.push(item);
    else {
      // Most bodies are small: looking through their few arguments is cheaper than a map for each.
      if (attributes.length === SMALL_BODY) seen = new Map(attributes.map((other) => [other.name, other]));
      const earlier = seen === undefined ? named(attributes, item.name) : seen.get(item.name);
      if (earlier !== undefined) reportDuplicate(state, earlier, item);
      else seen?.set(item.name, item);
      attributes.push(item);
    }
  }
  return { kind: "native", start, end: scanner.start, attributes, blocks };
}

const SMALL_BODY = 16;

function named(attributes: readonly Attribute[], name: string): Attribute | undefined {
  return attributes.find((attribute) => attribute.name === name);
}

function reportDuplicate(state: ParseState, earlier: Attribute, attribute: Attribute): void {
  const { line } = state.source.position(earlier.start);
  state.fault(
    "Attribute redefined",
    `The argument "${attribute.name}" was already set on line ${line}. Each argument may be set only once.`,
    attribute.nameSpan,
  );
}

function parseItem(state: ParseState): Attribute | Block | undefined {
  const { scanner } = state;
  if (scanner.kind !== "identifier") {
    refuseItemStart(state);
    return undefined;
  }
  const nameSpan = state.span;
  const name = state.source.slice(nameSpan).normalize("NFC");
  scanner.advance();
  const next = scanner.kind as TokenKind;
  if (next === "=") return parseAttribute(state, name, nameSpan, true);
  if (next === "{" || next === "quote" || next === "identifier") return parseNestedBlock(state, name, nameSpan);
  const detail =
    next === ":"
      ? `An argument is set with "=", not with ":".`
      : `After the name "${name}" comes either "=" and a value, or the labels and "{" of a block; found ${describeToken(state)}.`;
  state.fault("Invalid block or argument", detail);
  return undefined;
}

function parseNestedBlock(state: ParseState, type: string, typeSpan: Span): Block | undefined {
  if (!state.enter()) return undefined;
  const block = parseBlock(state, type, typeSpan);
  state.leave();
  return block;
}

function refuseItemStart(state: ParseState): void {
  const { scanner } = state;
  if (scanner.kind === "quote")
    return state.fault("Invalid argument name", "The name of an argument or block is written without quotes here.");
  if (scanner.kind === "invalid") return refuseCharacter(state);
  state.fault(
    "Argument or block definition required",
    `Expected the name of an argument or of a block, found ${describeToken(state)}.`,
  );
}

function parseAttribute(state: ParseState, name: string, nameSpan: Span, endsLine: boolean): Attribute | undefined {
  state.scanner.advance();
  const expression = parseExpression(state);
  if (expression === undefined) return undefined;
  const attribute = { name, nameSpan, expression, start: nameSpan.start, end: expression.end };
  if (endsLine && !atLineEnd(state)) {
    state.fault(
      "Missing newline after argument",
      `An argument ends with its line; found ${describeToken(state)} after the value of "${name}".`,
    );
    recover(state);
  }
  return attribute;
}

function atLineEnd(state: ParseState): boolean {
  return state.scanner.kind === "newline" || state.scanner.kind === "end";
}

function parseBlock(state: ParseState, type: string, typeSpan: Span): Block | undefined {
  const { scanner } = state;
  const labels: Label[] = [];
  while (scanner.kind === "quote" || scanner.kind === "identifier") {
    const label = parseLabel(state);
    if (label === undefined) return undefined;
    labels.push(label);
  }
  if (scanner.kind !== "{") {
    const detail =
      scanner.kind === "="
        ? `An argument has one name; to set a value write ${JSON.stringify(type)} = ….`
        : `Expected "{" to open the block "${type}", or another label, found ${describeToken(state)}.`;
    state.fault("Invalid block definition", detail);
    return undefined;
  }
  const open = state.span;
  scanner.advance();
  const body = (scanner.kind as TokenKind) === "newline" ? parseManyLines(state, open) : parseOneLine(state, open);
  if (body === undefined) return undefined;
  return { type, typeSpan, labels, body, start: typeSpan.start, end: scanner.previousEnd };
}

function parseLabel(state: ParseState): Label | undefined {
  const { scanner } = state;
  const { start } = scanner;
  if (scanner.kind === "identifier") {
    const value = state.source.slice(state.span).normalize("NFC");
    scanner.advance();
    return { value, start, end: scanner.previousEnd };
  }
  const value = readQuotedText(state);
  return value === undefined ? undefined : { value, start, end: scanner.previousEnd };
}

function parseManyLines(state: ParseState, open: Span): NativeBody | undefined {
  const { scanner } = state;
  const body = parseItems(state, open.start);
  if (scanner.kind === "end") {
    // The innermost one: it is the first that wants its brace.
    state.unclosedBlock ??= open;
    return { ...body, end: scanner.end };
  }
  return closeBlock(state, body);
}

function closeBlock(state: ParseState, body: NativeBody): NativeBody {
  const { scanner } = state;
  const end = scanner.end;
  scanner.advance();
  if (!atLineEnd(state)) {
    state.fault(
      "Missing newline after block definition",
      `A block ends its line; found ${describeToken(state)} after "}".`,
    );
    if (scanner.kind !== "}") recover(state);
  }
  return { ...body, end };
}

/** `{}` or `{ name = value }`, which must close on the same line. */
function parseOneLine(state: ParseState, open: Span): NativeBody | undefined {
  const { scanner } = state;
  if (scanner.kind === "}") return closeBlock(state, { kind: "native", ...open, attributes: [], blocks: [] });
  if (scanner.kind === "end") return parseManyLines(state, open);
  const attribute = parseOnlyAttribute(state);
  if (attribute === undefined) {
    recover(state);
    if ((scanner.kind as TokenKind) === "}") scanner.advance();
    return undefined;
  }
  return closeBlock(state, {
    kind: "native",
    start: open.start,
    end: scanner.end,
    attributes: [attribute],
    blocks: [],
  });
}

function parseOnlyAttribute(state: ParseState): Attribute | undefined {
  const { scanner } = state;
  const summary = "Invalid single-argument block definition";
  if (scanner.kind !== "identifier") {
    refuseItemStart(state);
    return undefined;
  }
  const nameSpan = state.span;
  scanner.advance();
  if ((scanner.kind as TokenKind) !== "=") {
    state.fault(summary, "A block on one line holds a single argument. Nested blocks need lines of their own.");
    return undefined;
  }
  const attribute = parseAttribute(state, state.source.slice(nameSpan).normalize("NFC"), nameSpan, false);
  if (attribute === undefined || (scanner.kind as TokenKind) === "}") return attribute;
  const found = describeToken(state);
  state.fault(summary, `A block on one line ends with "}" right after its single argument; found ${found}.`);
  return undefined;
}
