import type { RestartPolicyDraft, TaskArtifactDraft, TaskDraft, TemplateDraft, VaultDraft } from "#core/model";
import { canonicalAffinity, canonicalLogs, canonicalMount, canonicalResources, each } from "./canonical-parts.ts";
import { overlay, SECOND_NS } from "./canonical-policies.ts";
import { canonicalService } from "./canonical-service.ts";

/** What the defaults of a task's parts depend on. */
export interface TaskPlace {
  readonly jobName: string;
  readonly groupName: string;
  readonly restart: RestartPolicyDraft;
}

export function canonicalTask(task: TaskDraft, place: TaskPlace): TaskDraft {
  return {
    ...task,
    affinities: each(task.affinities, canonicalAffinity),
    resources: canonicalResources(task.resources),
    killTimeoutNs: task.killTimeoutNs ?? 5 * SECOND_NS,
    logConfig: canonicalLogs(task.logConfig),
    restartPolicy: overlay(task.restartPolicy, place.restart),
    services: each(task.services, (service) =>
      canonicalService(service, `${place.jobName}-${place.groupName}-${task.name}`),
    ),
    artifacts: each(task.artifacts, canonicalArtifact),
    templates: each(task.templates, canonicalTemplate),
    vault: task.vault === null ? null : canonicalVault(task.vault),
    consul: task.consul === null ? null : { ...task.consul, cluster: task.consul.cluster || "default" },
    volumeMounts: each(task.volumeMounts, canonicalMount),
    csiPluginConfig: canonicalCsiPlugin(task.csiPluginConfig),
  };
}

function canonicalArtifact(artifact: TaskArtifactDraft): TaskArtifactDraft {
  const source = artifact.getterSource ?? "";
  const mode = artifact.getterMode ?? "any";
  return {
    ...artifact,
    getterSource: source,
    getterMode: mode,
    getterInsecure: artifact.getterInsecure ?? false,
    relativeDest: artifact.relativeDest ?? (mode === "file" ? `local/${fileNameOf(source)}` : "local/"),
  };
}

/** The last part of a URL's or path's way. */
function fileNameOf(source: string): string {
  const parts = source.split("/").filter((part) => part !== "");
  return parts.at(-1) ?? ".";
}

function canonicalTemplate(template: TemplateDraft): TemplateDraft {
  const changeMode = template.changeMode ?? "restart";
  const signal = (template.changeSignal ?? "").toUpperCase();
  return {
    ...template,
    sourcePath: template.sourcePath ?? "",
    destPath: template.destPath ?? "",
    embeddedTmpl: template.embeddedTmpl ?? "",
    changeMode,
    changeSignal: signal === "" && changeMode === "signal" ? "SIGHUP" : signal,
    changeScript: canonicalChangeScript(template.changeScript),
    once: template.once ?? false,
    splayNs: template.splayNs ?? 5 * SECOND_NS,
    perms: template.perms ?? "0644",
    leftDelim: template.leftDelim ?? "{{",
    rightDelim: template.rightDelim ?? "}}",
    envvars: template.envvars ?? false,
    vaultGraceNs: template.vaultGraceNs ?? 0,
  };
}

function canonicalChangeScript(script: TemplateDraft["changeScript"]): TemplateDraft["changeScript"] {
  if (script === null) return null;
  return {
    command: script.command ?? "",
    args: script.args ?? [],
    timeoutNs: script.timeoutNs ?? 5 * SECOND_NS,
    failOnError: script.failOnError ?? false,
    runOnFirstRender: script.runOnFirstRender ?? false,
  };
}

function canonicalVault(vault: VaultDraft): VaultDraft {
  return {
    ...vault,
    cluster: vault.cluster || "default",
    env: vault.env ?? true,
    disableFile: vault.disableFile ?? false,
    namespace: vault.namespace ?? "",
    changeMode: vault.changeMode ?? "restart",
    changeSignal: vault.changeSignal ?? "SIGHUP",
    allowTokenExpiration: vault.allowTokenExpiration ?? false,
  };
}

function canonicalCsiPlugin(plugin: TaskDraft["csiPluginConfig"]): TaskDraft["csiPluginConfig"] {
  if (plugin === null) return null;
  return {
    ...plugin,
    mountDir: plugin.mountDir || "/csi",
    stagePublishBaseDir: plugin.stagePublishBaseDir || "/local/csi",
    healthTimeoutNs: plugin.healthTimeoutNs || 30 * SECOND_NS,
  };
}
