/** Constraints that follow from what a group uses: a node without it could not run the group. */
import type { Constraint, Job, Service, Task, TaskGroup } from "#core/model";

function atLeast(attribute: string, version: string): Constraint {
  return { lTarget: `\${attr.${attribute}}`, rTarget: `>= ${version}`, operand: "semver" };
}

const consulVersion = atLeast("consul.version", "1.8.0");
const cniPlugins = ["bridge", "firewall", "host-local", "loopback", "portmap"];

export function addImpliedConstraints(job: Job): Job {
  return { ...job, taskGroups: job.taskGroups?.map(constrainGroup) ?? null };
}

function constrainGroup(group: TaskGroup): TaskGroup {
  const tasks = group.tasks?.map(constrainTask) ?? null;
  const implied = [
    ...vaultConstraints(group),
    ...signalConstraints(group),
    ...serviceConstraints(group),
    ...networkConstraints(group),
    ...identityConstraints(group),
    ...secretConstraints(group),
  ];
  return { ...group, tasks, constraints: withAdded(group.constraints, implied) };
}

function withAdded(known: readonly Constraint[] | null, implied: readonly Constraint[]): readonly Constraint[] | null {
  const result = [...(known ?? [])];
  for (const constraint of implied) if (!result.some((item) => isSame(item, constraint))) result.push(constraint);
  return result.length > 0 ? result : known;
}

function isSame(a: Constraint, b: Constraint): boolean {
  return a.lTarget === b.lTarget && a.rTarget === b.rTarget && a.operand === b.operand;
}

function constrainTask(task: Task): Task {
  const usesConsul = task.services?.some((service) => service.provider === "consul") ?? false;
  return usesConsul ? { ...task, constraints: withAdded(task.constraints, [consulVersion]) } : task;
}

function vaultConstraints(group: TaskGroup): Constraint[] {
  const clusters = new Set((group.tasks ?? []).flatMap((task) => (task.vault === null ? [] : [task.vault.cluster])));
  return [...clusters].map((cluster) =>
    cluster === "default" ? atLeast("vault.version", "0.6.1") : atLeast(`vault.${cluster}.version`, "1.11.0"),
  );
}

function signalsOf(task: Task): string[] {
  const signals = (task.templates ?? [])
    .filter((item) => item.changeMode === "signal")
    .map((item) => item.changeSignal);
  if (task.vault?.changeMode === "signal") signals.push(task.vault.changeSignal);
  if (task.killSignal !== "") signals.push(task.killSignal);
  for (const identity of task.identities ?? [])
    if (identity.changeMode === "signal") signals.push(identity.changeSignal);
  return signals;
}

function signalConstraints(group: TaskGroup): Constraint[] {
  const signals = [...new Set((group.tasks ?? []).flatMap(signalsOf))].filter((signal) => signal !== "").sort();
  if (signals.length === 0) return [];
  return [{ lTarget: "${attr.os.signals}", rTarget: signals.join(","), operand: "set_contains" }];
}

function allServices(group: TaskGroup): Service[] {
  return [...(group.services ?? []), ...(group.tasks ?? []).flatMap((task) => task.services ?? [])];
}

function serviceConstraints(group: TaskGroup): Constraint[] {
  const native = allServices(group).filter((service) => service.provider === "nomad");
  const implied: Constraint[] = [];
  if (native.length > 0) implied.push({ lTarget: "${attr.nomad.service_discovery}", rTarget: "true", operand: "=" });
  if (native.some((service) => (service.checks ?? []).length > 0)) implied.push(atLeast("nomad.version", "1.4.0"));
  if (group.services?.some((service) => service.provider === "consul")) implied.push(consulVersion);
  const partition = group.consul?.partition ?? "";
  if (partition !== "") implied.push({ lTarget: "${attr.consul.partition}", rTarget: partition, operand: "=" });
  return implied;
}

function networkConstraints(group: TaskGroup): Constraint[] {
  const implied = group.networks?.some((network) => network.mode === "bridge")
    ? cniPlugins.map((plugin) => atLeast(`plugins.cni.version.${plugin}`, "0.4.0"))
    : [];
  const usesTransparentProxy = group.services?.some(
    (service) => (service.connect?.sidecarService?.proxy?.transparentProxy ?? null) !== null,
  );
  if (usesTransparentProxy)
    implied.push(atLeast("plugins.cni.version.consul-cni", "1.4.2"), atLeast("nomad.version", "1.8.0-dev"));
  return implied;
}

function identityConstraints(group: TaskGroup): Constraint[] {
  const hasNamed =
    allServices(group).some((service) => service.identity !== null) ||
    (group.tasks ?? []).some((task) => (task.identities ?? []).length > 0);
  return hasNamed ? [atLeast("nomad.version", "1.7.0-a")] : [];
}

function secretConstraints(group: TaskGroup): Constraint[] {
  const providers = new Set(
    (group.tasks ?? []).flatMap((task) => (task.secrets ?? []).map((secret) => secret.provider)),
  );
  return [...providers].map((provider) => ({
    lTarget: `\${attr.plugins.secrets.${provider}.version}`,
    rTarget: "",
    operand: "is_set",
  }));
}
