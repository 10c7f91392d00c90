export type Verdict = "pass" | "fail" | "inconclusive";

/** What one run of a check has found. */
export interface CheckOutcome {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Which values are well; what is not given is no limit. */
export interface Limits {
  readonly above?: number;
  readonly below?: number;
}

/** The samples of a query against its limits. Nothing that could be compared is no proof of anything. */
export function outcomeOfSamples(samples: readonly number[], { above, below }: Limits): CheckOutcome {
  if (samples.length === 0) return { verdict: "inconclusive", reason: "the query has no sample" };
  if (samples.some(Number.isNaN)) return { verdict: "inconclusive", reason: "the query answers NaN" };
  const low = Math.min(...samples);
  const high = Math.max(...samples);
  if (above !== undefined && low <= above) return { verdict: "fail", reason: `${low} is not above ${above}` };
  if (below !== undefined && high >= below) return { verdict: "fail", reason: `${high} is not below ${below}` };
  const kept = [
    above === undefined ? "" : `${low} is above ${above}`,
    below === undefined ? "" : `${high} is below ${below}`,
  ];
  return { verdict: "pass", reason: kept.filter((text) => text !== "").join(", ") };
}

export function outcomeOfStatus(status: number, wanted: number): CheckOutcome {
  if (status === wanted) return { verdict: "pass", reason: `status ${status}` };
  return { verdict: "fail", reason: `status ${status}, not ${wanted}` };
}

/** 0 passes, 1 fails; what else it says is not about the version. `said`: the last line of its output. */
export function outcomeOfExit(code: number | null, signal: string | null, said: string): CheckOutcome {
  const ended = code === null ? `ended by ${signal ?? "a signal"}` : `exit code ${code}`;
  const reason = said === "" ? ended : `${ended}: ${said}`;
  return { verdict: code === 0 ? "pass" : code === 1 ? "fail" : "inconclusive", reason };
}
