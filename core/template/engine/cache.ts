import type { Result } from "#core/base";
import { parseHandlebars } from "../handlebars/parse.ts";
import type { Delimiters } from "../language/lexer.ts";
import type { Dialect } from "../language/function.ts";
import { parseTemplate, type Template } from "./render.ts";

/** All that parsing depends on. */
export interface TemplateText {
  readonly source: string;
  /** What its errors call it. */
  readonly file: string;
  readonly dialect: Dialect;
  readonly delimiters: Delimiters;
}

const TEMPLATES_MAX = 500;
const CHARACTERS_MAX = 4 * 1024 * 1024;

/** Parsed templates by their content; the ones that were used longest ago make room. Refused ones are not kept. */
export class TemplateCache {
  readonly #templates = new Map<string, Template>();
  #characters = 0;
  #parses = 0;

  /** How often a source was parsed. */
  get parses(): number {
    return this.#parses;
  }

  get(text: TemplateText): Result<Template> {
    const key = JSON.stringify([text.dialect, text.file, text.delimiters.left, text.delimiters.right, text.source]);
    const known = this.#templates.get(key);
    if (known !== undefined) {
      this.#templates.delete(key);
      this.#templates.set(key, known);
      return { ok: true, value: known };
    }
    this.#parses += 1;
    const parsed =
      text.dialect === "handlebars" ? parseHandlebars(text.source, text) : parseTemplate(text.source, text);
    if (parsed.ok) this.#keep(key, parsed.value);
    return parsed;
  }

  #keep(key: string, template: Template): void {
    this.#templates.set(key, template);
    this.#characters += key.length;
    for (const oldest of this.#templates.keys()) {
      if (this.#templates.size <= TEMPLATES_MAX && this.#characters <= CHARACTERS_MAX) return;
      this.#templates.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
