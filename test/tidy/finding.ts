import type { ParsedModule } from "#test/tools";

export interface SourceFile {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly parsed: ParsedModule;
}

export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf("\n"); index !== -1 && index < offset; index = text.indexOf("\n", index + 1)) line++;
  return line;
}

export function finding(rule: string, file: SourceFile, offset: number, message: string): Finding {
  return { rule, path: file.path, line: lineAt(file.text, offset), message };
}
