import { err, nearest, ok, type Result } from "#core/base";

/** The `config` block of a raw_exec task. */
export interface RawExecConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly workDir: string;
  readonly oomScoreAdj: number | undefined;
  readonly deniedEnvvars: readonly string[];
}

/** Keys that the driver has in the reference; the last two need control groups, which are not built. */
const KNOWN = ["command", "args", "work_dir", "oom_score_adj", "denied_envvars"];
const NOT_BUILT = ["cgroup_v1_override", "cgroup_v2_override"];

export function parseConfig(config: Readonly<Record<string, unknown>>): Result<RawExecConfig> {
  for (const key of Object.keys(config)) {
    const refusal = refuseKey(key, config[key]);
    if (refusal !== undefined) return invalid(refusal);
  }
  const { command, args, work_dir: workDir, oom_score_adj: oomScoreAdj, denied_envvars: denied } = config;
  if (typeof command !== "string" || command === "") return invalid("missing command for raw_exec driver");
  const lists = { args: textList(args), denied: textList(denied) };
  if (lists.args === undefined) return invalid("args must be a list of strings");
  if (lists.denied === undefined) return invalid("denied_envvars must be a list of strings");
  if (workDir !== undefined && !isAbsoluteText(workDir)) return invalid("work_dir must be an absolute path");
  const oom = oomScoreAdj === undefined || oomScoreAdj === null ? undefined : Number(oomScoreAdj);
  if (oom !== undefined && !(Number.isInteger(oom) && oom >= 0 && oom <= 1000))
    return invalid("oom_score_adj must be a whole number from 0 to 1000");
  return ok({
    command,
    args: lists.args,
    workDir: typeof workDir === "string" ? workDir : "",
    oomScoreAdj: oom,
    deniedEnvvars: lists.denied,
  });
}

function refuseKey(key: string, value: unknown): string | undefined {
  if (KNOWN.includes(key)) return undefined;
  if (NOT_BUILT.includes(key)) return isUnset(value) ? undefined : `config.${key} is not built into this version`;
  const near = nearest(key, KNOWN);
  return `raw_exec has no setting "${key}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

function isUnset(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function isAbsoluteText(value: unknown): boolean {
  return typeof value === "string" && (value === "" || value.startsWith("/"));
}

/** Numbers and booleans of a loosely typed job become text, as the compatible decoder has it. */
function textList(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const isScalar = (item: unknown): boolean => ["string", "number", "boolean"].includes(typeof item);
  return value.every(isScalar) ? value.map(String) : undefined;
}

function invalid(message: string): Result<never> {
  return err("invalid", message);
}
