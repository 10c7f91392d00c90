/** Tasks and what is put into them. */
import {
  Action,
  ChangeScript,
  Consul,
  DispatchPayloadConfig,
  type ScalingPolicyDraft,
  Secret,
  Task,
  TaskArtifact,
  TaskCSIPluginConfig,
  TaskLifecycleConfig,
  TaskSchedule,
  TaskScheduleCron,
  Template,
  Vault,
  WaitConfig,
  type WorkloadIdentityDraft,
} from "#core/model";
import { block, type Draft, type Extras, extraList, free, list, one, type Report, texts } from "./block.ts";
import { resources, volumeMount } from "./schema-network.ts";
import { affinity, constraint, restart, taskScaling } from "./schema-placement.ts";
import { identity, logs, service } from "./schema-service.ts";

const SECOND_NS = 1_000_000_000;

/** Fills what was not written. */
function withDefaults(draft: Draft, defaults: Draft): Draft {
  const result = { ...draft };
  for (const [name, value] of Object.entries(defaults)) result[name] ??= value;
  return result;
}

const changeScript = block(ChangeScript, "command args timeout fail_on_error run_on_first_render", {
  finish: (draft) =>
    withDefaults(draft, { args: [], timeoutNs: 5 * SECOND_NS, failOnError: false, runOnFirstRender: false }),
});

const template = block(
  Template,
  `source=sourcePath data=embeddedTmpl destination=destPath change_mode change_signal once splay perms uid gid
   left_delimiter=leftDelim right_delimiter=rightDelim env=envvars vault_grace error_on_missing_key=errMissingKey`,
  {
    blocks: { change_script: changeScript, wait: block(WaitConfig, "min max") },
    finish: (draft) => withDefaults(draft, { changeMode: "restart", splayNs: 5 * SECOND_NS, perms: "0644" }),
  },
);

export const vault = block(
  Vault,
  "policies role namespace cluster env disable_file change_mode change_signal allow_token_expiration",
  { finish: (draft) => withDefaults(draft, { env: true, disableFile: false, changeMode: "restart" }) },
);

export const consul = block(Consul, "namespace cluster partition");

export const secret = block(Secret, "provider path", {
  label: "name",
  blocks: { config: free("config"), env: texts("env") },
});

const artifact = block(
  TaskArtifact,
  "source=getterSource destination=relativeDest mode=getterMode insecure=getterInsecure chown",
  { blocks: { options: texts("getterOptions"), headers: texts("getterHeaders") } },
);

const lifecycle = block(TaskLifecycleConfig, "hook sidecar", { required: ["hook"] });
const action = block(Action, "command args", { label: "name", required: ["command"] });
const csiPlugin = block(TaskCSIPluginConfig, "id type mount_dir stage_publish_base_dir health_timeout");
const cron = block(TaskScheduleCron, "start end timezone");

/** The identity without a name, or failing that the one named default, is the task's own. */
function splitIdentities(draft: Draft, extras: Extras): Draft {
  const identities = extras["identity"] as readonly WorkloadIdentityDraft[] | undefined;
  if (identities === undefined) return draft;
  const own = identities.findIndex((item) => item.name === "" || item.name === "default");
  const named = identities.filter((_, index) => index !== own);
  return { ...draft, identity: identities[own] ?? null, identities: named };
}

function finishTask(draft: Draft, extras: Extras, report: Report): Draft {
  const types = ((draft["scalingPolicies"] ?? []) as readonly ScalingPolicyDraft[]).map((policy) => policy.type);
  const twice = types.find((type, index) => type !== "" && types.indexOf(type) < index);
  if (twice !== undefined)
    report("Duplicate scaling block", `Only one scaling block of type "${twice}" is possible in a task.`, "scaling");
  return splitIdentities(draft, extras);
}

export const task = block(Task, "driver user kill_timeout kill_signal leader shutdown_delay kind", {
  label: "name",
  blocks: {
    config: free("config"),
    env: texts("env"),
    meta: texts("meta"),
    constraint: list("constraints", constraint),
    affinity: list("affinities", affinity),
    resources,
    logs: one("logConfig", logs),
    lifecycle,
    restart: one("restartPolicy", restart),
    service: list("services", service),
    artifact: list("artifacts", artifact),
    template: list("templates", template),
    vault,
    consul,
    identity: extraList("identity", identity),
    secret: list("secrets", secret),
    action: list("actions", action),
    volume_mount: list("volumeMounts", volumeMount),
    csi_plugin: one("csiPluginConfig", csiPlugin),
    dispatch_payload: block(DispatchPayloadConfig, "file"),
    scaling: list("scalingPolicies", taskScaling),
    schedule: block(TaskSchedule, "", { blocks: { cron } }),
  },
  finish: finishTask,
});
