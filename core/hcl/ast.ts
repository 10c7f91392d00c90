import type { Span } from "./source.ts";
import type { Value } from "./value.ts";

/** What stands on the right of `=`. Spans are offsets into the source that was parsed. */
export type Expression =
  | Literal
  | Template
  | Traversal
  | Relative
  | Index
  | Splat
  | Call
  | Unary
  | Binary
  | Conditional
  | Tuple
  | ObjectExpression
  | ForExpression
  | Parentheses;

export interface Literal extends Span {
  readonly kind: "literal";
  readonly value: Value;
}

/** Text with `${…}` and `%{…}`. A template that is one interpolation alone passes its value through untouched. */
export interface Template extends Span {
  readonly kind: "template";
  readonly parts: readonly TemplatePart[];
  readonly form: "quoted" | "heredoc" | "bare";
}

export type TemplatePart = TemplateLiteral | TemplateInterpolation | TemplateIf | TemplateFor;

export interface TemplateLiteral extends Span {
  readonly kind: "text";
  readonly text: string;
}

export interface TemplateInterpolation extends Span {
  readonly kind: "interpolation";
  readonly expression: Expression;
  /** What was written, where that is not what stands at the span (strings of the JSON syntax). */
  readonly verbatim?: string;
}

export interface TemplateIf extends Span {
  readonly kind: "if";
  readonly condition: Expression;
  readonly whenTrue: readonly TemplatePart[];
  readonly whenFalse: readonly TemplatePart[];
}

export interface TemplateFor extends Span {
  readonly kind: "for";
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  readonly body: readonly TemplatePart[];
}

/** A name followed by constant steps: `local.sizes["small"]`. */
export interface Traversal extends Span {
  readonly kind: "traversal";
  readonly root: string;
  readonly rootSpan: Span;
  readonly steps: readonly Step[];
  /** See TemplateInterpolation. */
  readonly verbatim?: string;
}

export interface Step extends Span {
  readonly kind: "attribute" | "index";
  readonly key: Value;
}

/** Constant steps after any other expression: `f(x).name`. */
export interface Relative extends Span {
  readonly kind: "relative";
  readonly source: Expression;
  readonly steps: readonly Step[];
}

export interface Index extends Span {
  readonly kind: "index";
  readonly collection: Expression;
  readonly key: Expression;
}

/** `source[*].a.b` (full) or `source.*.a` (attributes only); the steps are taken by every item. */
export interface Splat extends Span {
  readonly kind: "splat";
  readonly source: Expression;
  readonly steps: readonly SplatStep[];
}

/** What a step starts from is the item: the collection or source written in it is only a stand-in. */
export type SplatStep = Step | Index | Splat;

export interface Call extends Span {
  readonly kind: "call";
  readonly name: string;
  readonly nameSpan: Span;
  readonly arguments: readonly Expression[];
  /** The last argument ends in `...` and is spread. */
  readonly spread: boolean;
}

export type UnaryOperator = "!" | "-";
export type BinaryOperator = "||" | "&&" | "==" | "!=" | ">" | ">=" | "<" | "<=" | "+" | "-" | "*" | "/" | "%";

export interface Unary extends Span {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export interface Binary extends Span {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Conditional extends Span {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

export interface Tuple extends Span {
  readonly kind: "tuple";
  readonly items: readonly Expression[];
}

export interface ObjectItem {
  /** A bare name is a literal here; `(name)` is an expression. */
  readonly key: Expression;
  readonly value: Expression;
}

export interface ObjectExpression extends Span {
  readonly kind: "object";
  readonly items: readonly ObjectItem[];
}

export interface ForExpression extends Span {
  readonly kind: "for";
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  /** Present in `{for …}`. */
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  /** `=> value...` */
  readonly grouped: boolean;
}

export interface Parentheses extends Span {
  readonly kind: "parentheses";
  readonly inner: Expression;
}

export interface Attribute extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly expression: Expression;
}

export interface Label extends Span {
  readonly value: string;
}

export interface Block extends Span {
  readonly type: string;
  readonly typeSpan: Span;
  readonly labels: readonly Label[];
  readonly body: Body;
}

/** A body of the native syntax, or an object of the JSON syntax whose reading depends on what is expected of it. */
export type Body = NativeBody | JsonBody;

export interface NativeBody extends Span {
  readonly kind: "native";
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
}

export interface JsonBody extends Span {
  readonly kind: "json";
  /** One object, or several when a block's value is a list whose items are merged. */
  readonly objects: readonly JsonObject[];
}

export type JsonNode = JsonObject | JsonArray | JsonScalar;

export interface JsonObject extends Span {
  readonly kind: "jsonObject";
  readonly members: readonly JsonMember[];
}

export interface JsonMember extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: JsonNode;
}

export interface JsonArray extends Span {
  readonly kind: "jsonArray";
  readonly items: readonly JsonNode[];
}

export interface JsonScalar extends Span {
  readonly kind: "jsonScalar";
  readonly value: Value;
}
