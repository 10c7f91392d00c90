import type { Job, JobDraft } from "#core/model";
import { serverForm } from "./mutate.ts";
import { listed, type Problems, quoted, when } from "./problems.ts";
import type { StoreOptions } from "./store.ts";
import { storedJob } from "./store.ts";
import { ambiguousNative, connectGroupProblems, exposeProblems } from "./validate-connect.ts";
import { jobProblems, type KnowsTimeZone } from "./validate-job.ts";
import { jobWarnings, warningText } from "./warnings.ts";

/** What a validation depends on besides the job. Without a server, names of other objects are taken to exist. */
export interface ValidateOptions extends StoreOptions {
  readonly knowsTimeZone?: KnowsTimeZone;
  readonly namespaceExists?: (name: string) => boolean;
  readonly nodePoolExists?: (name: string) => boolean;
  /** Vault and Consul clusters other than "default" that the agents know. */
  readonly vaultClusters?: readonly string[];
  readonly consulClusters?: readonly string[];
  /** Drover's own multi-region jobs; the reference refuses them. Default false. */
  readonly allowsMultiregion?: boolean;
  readonly memoryOversubscription?: boolean;
  /** Default 100. */
  readonly jobMaxPriority?: number;
  /** Default 50000. */
  readonly jobMaxCount?: number;
}

export interface JobValidation {
  /** The job as it would be stored. */
  readonly job: Job;
  /** Each a text, nested as the compatible API nests them. */
  readonly errors: Problems;
  readonly warnings: Problems;
  /** All errors in one text; empty without any. */
  readonly errorText: string;
  readonly warningText: string;
  /** The job cannot even be brought into its stored form: refused as a whole, with this text. */
  readonly fatal?: string;
}

/** Canonicalises, mutates and checks a job; the same offline, in `/v1/validate/job` and at registration. */
export function validateJob(draft: JobDraft, options: ValidateOptions): JobValidation {
  const fatal = ambiguousNative(storedJob(draft, options));
  const job = serverForm(draft, options);
  const errors = [
    ...connectGroupProblems(job),
    ...exposeProblems(job),
    ...integrationProblems(job, options),
    ...placeProblems(job, options),
    ...jobProblems(job, options.knowsTimeZone ?? (() => true)),
    ...limitProblems(job, options),
    ...featureProblems(job, options),
  ];
  const warnings = [...jobWarnings(job), ...oversubscriptionWarnings(job, options)];
  const errorText = errors.length === 0 ? "" : listed(errors);
  const result = { job, errors, warnings, errorText, warningText: warningText(warnings) };
  return fatal === undefined ? result : { ...result, fatal };
}

function tasksOf(
  job: Job,
): { task: NonNullable<NonNullable<Job["taskGroups"]>[number]["tasks"]>[number]; group: string }[] {
  return (job.taskGroups ?? []).flatMap((group) => (group.tasks ?? []).map((task) => ({ task, group: group.name })));
}

function integrationProblems(job: Job, options: ValidateOptions): Problems {
  const vaults = tasksOf(job).flatMap(({ task }) => (task.vault === null ? [] : [{ task, vault: task.vault }]));
  const namespaces = [...new Set(vaults.map(({ vault }) => vault.namespace).filter((name) => name !== ""))];
  const known = options.vaultClusters ?? [];
  const unknown = vaults.filter(({ vault }) => vault.cluster !== "default" && !known.includes(vault.cluster));
  const consul = [
    ...(job.taskGroups ?? []).flatMap((group) => [
      group.consul?.cluster,
      ...(group.services ?? []).map((item) => item.cluster),
    ]),
    ...tasksOf(job).flatMap(({ task }) => [task.consul?.cluster, ...(task.services ?? []).map((item) => item.cluster)]),
  ].filter((cluster) => cluster !== undefined && cluster !== "" && cluster !== "default");
  const knownConsul = options.consulClusters ?? [];
  return [
    ...unknown.flatMap(({ task, vault }) => [
      `Vault ${quoted(vault.cluster)} not enabled but used in the job`,
      ...when([
        !task.identities?.some((identity) => identity.name === `vault_${vault.cluster}`),
        `Task ${task.name} uses Vault cluster ${vault.cluster} but does not have an identity named vault_${vault.cluster} and no default identity is provided in agent configuration`,
      ]),
    ]),
    ...when(
      [
        namespaces.length > 0,
        `multiple Vault namespaces requires Nomad Enterprise, Namespaces: ${namespaces.join(", ")}`,
      ],
      [
        consul.some((cluster) => !knownConsul.includes(cluster as string)),
        "non-default Consul cluster requires Nomad Enterprise",
      ],
    ),
  ];
}

function placeProblems(job: Job, { namespaceExists, nodePoolExists }: ValidateOptions): Problems {
  const missing = (what: string, name: string): string =>
    `job ${quoted(job.id)} is in nonexistent ${what} ${quoted(name)}`;
  return when(
    [namespaceExists?.(job.namespace) === false, missing("namespace", job.namespace)],
    [nodePoolExists?.(job.nodePool) === false, missing("node pool", job.nodePool)],
  );
}

function limitProblems(job: Job, options: ValidateOptions): Problems {
  const highest = options.jobMaxPriority ?? 100;
  const total = (job.taskGroups ?? []).reduce((sum, group) => sum + Math.max(0, group.count), 0);
  const most = options.jobMaxCount ?? 50_000;
  return when(
    [job.priority < 0 || job.priority > highest, `job priority must be between [1, ${highest}]`],
    [total > most, `total count was greater than configured job_max_count: ${total} > ${most}`],
  );
}

function featureProblems(job: Job, options: ValidateOptions): Problems {
  const tasks = tasksOf(job);
  const asksNuma = tasks.some(({ task }) => !["none", undefined].includes(task.resources?.numa?.affinity));
  return when(
    [job.multiregion !== null && options.allowsMultiregion !== true, "Multiregion jobs are unlicensed."],
    [asksNuma, "numa scheduling requires Nomad Enterprise"],
    [tasks.some(({ task }) => task.schedule !== null), "task schedules requires Nomad Enterprise"],
  );
}

function oversubscriptionWarnings(job: Job, options: ValidateOptions): Problems {
  if (options.memoryOversubscription === true) return [];
  return tasksOf(job).flatMap(({ task, group }) =>
    when([
      (task.resources?.memoryMaxMb ?? 0) !== 0,
      `Memory oversubscription is not enabled; Task "${group}.${task.name}" memory_max value will be ignored. Update the Scheduler Configuration to allow oversubscription.`,
    ]),
  );
}
