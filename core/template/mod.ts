/**
 * The template language of tasks: Go's text/template with the functions of consul-template, and Handlebars over the
 * same functions and data. A pass is a pure function of template, snapshot and host; what is missing comes back as
 * typed dependencies, and output exists only when nothing is missing.
 */
export { type Dependency, type DependencyOf } from "./data/dependency.ts";
export { type Answer, emptySnapshot, type Snapshot, snapshotOf } from "./data/snapshot.ts";
export type { WorldTools } from "./data/answers.ts";
export { type WorldData, worldOf } from "./data/world.ts";
export { cryptographyOf, type PlatformCryptography } from "./certificates/platform.ts";
export type { Certificate, CommandOutcome, Cryptography, Host, NetworkAddress } from "./engine/host.ts";
export { defaultLimits, type Limits } from "./engine/limits.ts";
export {
  parseTemplate,
  type Pass,
  render,
  type RenderOptions,
  renderWith,
  type Template,
} from "./engine/render.ts";
export { renderTemplate } from "./engine/render-answer.ts";
export { checkTemplate, problemAtPosition, problemOf, type TemplateProblem } from "./engine/check.ts";
export { parseEnvFile } from "./engine/env-file.ts";
export {
  type Change,
  type ChangeScript,
  missingText,
  type SetEffect,
  type SetMember,
  TemplateSet,
} from "./engine/template-set.ts";
export { TemplateCache, type TemplateText } from "./engine/cache.ts";
export { decodeAnswer, type EncodedAnswer, encodeAnswer } from "./data/codec.ts";
export { parseHandlebars } from "./handlebars/parse.ts";
export type { FileWrite } from "./engine/session.ts";
export { deniedByDefault, functions as templateFunctions } from "./functions/table.ts";
export type { Delimiters } from "./language/lexer.ts";
export type { Dialect, TemplateFunction } from "./language/function.ts";
