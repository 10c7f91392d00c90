/** From the canonical draft of a client to the job as a server stores it. */
import {
  type ConsulConnect,
  type ConsulProxy,
  Job,
  type JobDraft,
  type NetworkResource,
  type Port,
  type ScalingPolicy,
  type Service,
  type Task,
  type TaskDraft,
  type TaskGroup,
  type TaskGroupDraft,
  UpdateStrategy,
} from "#core/model";
import { empty, storedForm } from "#core/schema";
import { canonicalise } from "./canonicalise.ts";

export interface StoreOptions {
  /** A new UUID, for scaling policies. */
  readonly newId: () => string;
}

/** The stored job without what mutators add: names, namespaces and targets filled in, deprecated fields dropped. */
export function storedJob(draft: JobDraft, options: StoreOptions): Job {
  const canonical = canonicalise(draft);
  const job = storedForm(Job, canonical);
  const { parameterizedJob, update } = job;
  return {
    ...job,
    meta: emptyToNull(job.meta),
    consulNamespace: "",
    datacenters: job.datacenters === null || job.datacenters.length === 0 ? ["*"] : job.datacenters,
    nodePool: job.nodePool || "default",
    parameterizedJob:
      parameterizedJob === null ? null : { ...parameterizedJob, payload: parameterizedJob.payload || "optional" },
    update: jobUpdate(update),
    taskGroups:
      job.taskGroups?.map((group, index) =>
        storedGroup(group, canonical.taskGroups?.[index] as TaskGroupDraft, job, options),
      ) ?? null,
  };
}

/** Of the job's own update only the pace is kept; the groups hold the rest. */
function jobUpdate(update: Job["update"]): Job["update"] {
  if (update === null || update.maxParallel === 0) return empty(UpdateStrategy);
  return empty(UpdateStrategy, { staggerNs: update.staggerNs, maxParallel: update.maxParallel });
}

export function emptyToNull<T extends object>(value: T | null): T | null {
  return value === null || Object.keys(value).length === 0 ? null : value;
}

function storedGroup(group: TaskGroup, draft: TaskGroupDraft, job: Job, options: StoreOptions): TaskGroup {
  return {
    ...group,
    meta: emptyToNull(group.meta),
    stopAfterClientDisconnectNs: null,
    maxClientDisconnectNs: null,
    preventRescheduleOnLost: false,
    networks: group.networks?.map(storedNetwork) ?? null,
    scaling: group.scaling === null ? null : storedScaling(group.scaling, job, group, undefined, options),
    services: group.services?.map((service) => storedService(service, job, undefined)) ?? null,
    tasks:
      group.tasks?.map((task, index) => storedTask(task, draft.tasks?.[index] as TaskDraft, job, group, options)) ??
      null,
  };
}

export function storedNetwork(network: NetworkResource): NetworkResource {
  const withHostNetwork = (port: Port): Port => ({ ...port, hostNetwork: port.hostNetwork || "default" });
  return {
    ...network,
    device: "",
    reservedPorts: network.reservedPorts?.map(withHostNetwork) ?? null,
    dynamicPorts: network.dynamicPorts?.map(withHostNetwork) ?? null,
  };
}

function storedScaling(
  policy: ScalingPolicy,
  job: Job,
  group: TaskGroup,
  task: Task | undefined,
  options: StoreOptions,
): ScalingPolicy {
  const target = { Namespace: job.namespace, Job: job.id, Group: group.name };
  return {
    ...policy,
    id: task === undefined ? policy.id || options.newId() : policy.id,
    type: policy.type || "horizontal",
    target: task === undefined ? target : { ...target, Task: task.name },
  };
}

function storedTask(task: Task, draft: TaskDraft, job: Job, group: TaskGroup, options: StoreOptions): Task {
  const { resources } = task;
  return {
    ...withDefaultIdentity(task),
    env: emptyToNull(task.env),
    meta: emptyToNull(task.meta),
    resources:
      resources === null ? null : { ...resources, diskMb: 0, networks: resources.networks?.map(storedNetwork) ?? null },
    services: task.services?.map((service) => storedService(service, job, task)) ?? null,
    scalingPolicies:
      task.scalingPolicies?.map((policy, index) => ({
        ...storedScaling(policy, job, group, task, options),
        enabled: draft.scalingPolicies?.[index]?.enabled ?? true,
      })) ?? null,
  };
}

/** The default identity has the orchestrator's own audience; one named default among the others is meant as it. */
function withDefaultIdentity(task: Task): Task {
  const named = task.identities?.find((identity) => identity.name === "default");
  const others = task.identities?.filter((identity) => identity !== named) ?? [];
  const own = named ?? task.identity;
  return {
    ...task,
    identity: {
      name: "default",
      audience: ["nomadproject.io"],
      changeMode: own?.changeMode ?? "",
      changeSignal: own?.changeSignal ?? "",
      env: own?.env ?? false,
      file: own?.file ?? false,
      filepath: own?.filepath ?? "",
      serviceName: own?.serviceName ?? "",
      ttlNs: own?.ttlNs ?? 0,
      extraClaims: own?.extraClaims ?? null,
    },
    identities: others.length > 0 ? others : null,
  };
}

function storedService(service: Service, job: Job, task: Task | undefined): Service {
  const { identity, connect } = service;
  return {
    ...service,
    namespace: job.namespace,
    taskName: task?.name ?? service.taskName,
    tags: emptyToNull(service.tags),
    canaryTags: emptyToNull(service.canaryTags),
    checks:
      service.checks?.map((check) => ({
        ...check,
        name: check.name || `service: "${service.name}" check`,
        taskName: check.taskName || (task?.name ?? ""),
      })) ?? null,
    identity:
      identity === null
        ? null
        : { ...identity, name: identity.name || identityName(service, task), serviceName: service.name },
    connect: connect === null ? null : storedConnect(connect),
  };
}

function storedConnect(connect: ConsulConnect): ConsulConnect {
  const { sidecarService } = connect;
  const proxy = sidecarService?.proxy ?? null;
  if (sidecarService === null || proxy === null) return connect;
  return { ...connect, sidecarService: { ...sidecarService, proxy: storedProxy(proxy) } };
}

function identityName(service: Service, task: Task | undefined): string {
  return `consul-service_${task === undefined ? "" : `${task.name}-`}${service.name}-${service.portLabel}`;
}

function storedProxy(proxy: ConsulProxy): ConsulProxy {
  return {
    ...proxy,
    upstreams:
      proxy.upstreams?.map((upstream) => ({ ...upstream, meshGateway: upstream.meshGateway ?? { mode: "" } })) ?? null,
  };
}
