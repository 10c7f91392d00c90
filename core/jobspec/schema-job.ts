/** Groups and the job itself. */
import {
  Job,
  JobUIConfig,
  JobUILink,
  Multiregion,
  MultiregionRegion,
  MultiregionStrategy,
  ParameterizedJobConfig,
  PeriodicConfig,
  type SecretDraft,
  type TaskDraft,
  TaskGroup,
  type TaskGroupDraft,
  type VaultDraft,
} from "#core/model";
import { emptyDraft } from "#core/schema";
import { block, type Draft, type Extras, extraList, extraOne, list, map, one, texts } from "./block.ts";
import { network, volume } from "./schema-network.ts";
import {
  affinity,
  constraint,
  disconnect,
  ephemeralDisk,
  groupScaling,
  migrate,
  reschedule,
  restart,
  spread,
  update,
} from "./schema-placement.ts";
import { service } from "./schema-service.ts";
import { consul, secret, task, vault } from "./schema-task.ts";

/** What a group, or the job, says for all its tasks. */
interface Inherited {
  readonly vault?: VaultDraft;
  readonly secrets?: readonly SecretDraft[];
}

function inheritGroup(draft: Draft, extras: Extras): Draft {
  const { vault: shared, secrets } = extras as Inherited;
  const tasks = (draft["tasks"] ?? null) as readonly TaskDraft[] | null;
  if (tasks === null || (shared === undefined && secrets === undefined)) return draft;
  return {
    ...draft,
    tasks: tasks.map((item) => ({
      ...item,
      vault: item.vault ?? shared ?? null,
      // With secrets of its own, a task's list is doubled, as the compatible parser does; validation then refuses it.
      secrets:
        secrets === undefined ? item.secrets : item.secrets === null ? secrets : [...item.secrets, ...item.secrets],
    })),
  };
}

export const group = block(
  TaskGroup,
  `count shutdown_delay max_run_duration stop_after_client_disconnect max_client_disconnect prevent_reschedule_on_lost`,
  {
    label: "name",
    blocks: {
      meta: texts("meta"),
      constraint: list("constraints", constraint),
      affinity: list("affinities", affinity),
      spread: list("spreads", spread),
      network: list("networks", network),
      service: list("services", service),
      volume: map("volumes", volume),
      task: list("tasks", task),
      restart: one("restartPolicy", restart),
      reschedule: one("reschedulePolicy", reschedule),
      disconnect,
      ephemeral_disk: ephemeralDisk,
      update,
      migrate,
      scaling: groupScaling,
      consul,
      vault: extraOne("vault", vault),
      secret: extraList("secrets", secret),
    },
    finish: inheritGroup,
  },
);

const periodic = block(PeriodicConfig, "enabled cron=spec crons=specs prohibit_overlap time_zone", {
  finish: (draft) => (draft["spec"] === null && draft["specs"] === null ? draft : { ...draft, specType: "cron" }),
});

const region = block(MultiregionRegion, "count datacenters node_pool", {
  label: "name",
  blocks: { meta: texts("meta") },
});

const multiregion = block(Multiregion, "", {
  blocks: { strategy: block(MultiregionStrategy, "max_parallel on_failure"), region: list("regions", region) },
});

const ui = block(JobUIConfig, "description", { blocks: { link: list("links", block(JobUILink, "label url")) } });

/** A task at the level of the job is a group of its own; what the job says for all tasks is given to each. */
function finishJob(draft: Draft, extras: Extras): Draft {
  const { vault: shared, secrets } = extras as Inherited;
  const single = ((extras["tasks"] ?? []) as readonly TaskDraft[]).map((item) =>
    emptyDraft(TaskGroup, { name: item.name, tasks: [item] }),
  );
  const groups = [...single, ...((draft["taskGroups"] ?? []) as readonly TaskGroupDraft[])];
  const isShared = shared !== undefined || secrets !== undefined;
  const inherited = isShared ? groups.map((item) => withInherited(item, shared, secrets)) : groups;
  return { ...draft, taskGroups: groups.length > 0 ? inherited : null };
}

function withInherited(item: TaskGroupDraft, shared?: VaultDraft, secrets?: readonly SecretDraft[]): TaskGroupDraft {
  return { ...item, tasks: item.tasks?.map((inner) => inherit(inner, shared, secrets)) ?? null };
}

function inherit(item: TaskDraft, shared?: VaultDraft, secrets?: readonly SecretDraft[]): TaskDraft {
  return {
    ...item,
    vault: item.vault ?? shared ?? null,
    secrets: secrets === undefined ? item.secrets : [...(item.secrets ?? []), ...secrets],
  };
}

export const job = block(Job, "id name type region namespace datacenters node_pool priority all_at_once", {
  label: { name: "name", field: undefined },
  blocks: {
    meta: texts("meta"),
    constraint: list("constraints", constraint),
    affinity: list("affinities", affinity),
    spread: list("spreads", spread),
    group: list("taskGroups", group),
    task: extraList("tasks", task),
    update,
    migrate,
    reschedule,
    periodic,
    parameterized: one("parameterizedJob", block(ParameterizedJobConfig, "payload meta_required meta_optional")),
    multiregion,
    ui,
    vault: extraOne("vault", vault),
    secret: extraList("secrets", secret),
  },
  finish: finishJob,
});
