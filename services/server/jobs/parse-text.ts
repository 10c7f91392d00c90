import { type Diagnostic, diagnosticLine } from "#core/hcl";
import { parseForApi, type ParseRequest } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJsonDraft, encodeValue } from "#core/wire";

/** What reading the text of a job gave; strings, because it crosses threads. */
export interface ParseOutcome {
  /** The job as JSON; absent when the text is refused. */
  readonly job: string | undefined;
  /** The text of the compatible answer to a text that is refused, else empty. */
  readonly message: string;
  /** All problems in our own words, one a line. */
  readonly advice: string;
  /** All problems as a JSON list. */
  readonly diagnostics: string;
}

export function parseText(request: ParseRequest): ParseOutcome {
  const { job, message, diagnostics } = parseForApi(request);
  return {
    job: job === undefined ? undefined : encodeJsonDraft(Job, job),
    message,
    advice: diagnostics.map(diagnosticLine).join("\n"),
    diagnostics: diagnosticsJson(diagnostics),
  };
}

/** A text that costs more than it may is refused like one with a mistake. */
export function refusalOf(detail: string): ParseOutcome {
  const diagnostic: Diagnostic = { severity: "error", summary: "File too costly", detail };
  return {
    job: undefined,
    message: `Failed to parse job: <nil>: ${diagnosticLine(diagnostic)}`,
    advice: diagnosticLine(diagnostic),
    diagnostics: diagnosticsJson([diagnostic]),
  };
}

function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return encodeValue(
    diagnostics.map(({ severity, summary, detail, range, line, expected, suggestion }) => ({
      Severity: severity,
      Summary: summary,
      Detail: detail,
      File: range?.file,
      Start: range && { Line: range.start.line, Column: range.start.column, Offset: range.start.offset },
      End: range && { Line: range.end.line, Column: range.end.column, Offset: range.end.offset },
      SourceLine: line,
      Expected: expected,
      Suggestion: suggestion,
    })),
  );
}
