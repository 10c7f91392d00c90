/** Consul Connect: the proxy tasks and ports that services of a group ask for. */
import type {
  ConsulGateway,
  ConsulGatewayProxy,
  Job,
  NetworkResource,
  Port,
  Service,
  ServiceCheck,
  SidecarTask,
  Task,
  TaskGroup,
} from "#core/model";
import {
  ConsulExposeConfig,
  ConsulGatewayProxy as GatewayProxy,
  ConsulProxy,
  NetworkResource as Network,
  Task as TaskNoun,
} from "#core/model";
import { empty } from "#core/schema";
import { crc32c, utf8Encode } from "#core/base";

const SECOND_NS = 1_000_000_000;

export function injectConnect(job: Job): Job {
  return { ...job, taskGroups: job.taskGroups?.map(injectGroup) ?? null };
}

function injectGroup(group: TaskGroup): TaskGroup {
  let result = group;
  for (const [index, service] of (group.services ?? []).entries()) {
    const { connect } = service;
    // Without a network there is nowhere to put a proxy: validation says so.
    if (connect === null || (!connect.native && (group.networks ?? []).length === 0)) continue;
    if (connect.sidecarService !== null) result = injectSidecar(result, service);
    else if (connect.native) result = markNative(result, service);
    else if (connect.gateway !== null) result = injectGateway(result, index, service, connect.gateway);
  }
  return result;
}

/** Whether the task that serves this purpose is already there: a job that was stored before is left alone. */
function hasKind(group: TaskGroup, kind: string): boolean {
  return group.tasks?.some((task) => task.kind === kind) ?? false;
}

function injectSidecar(group: TaskGroup, service: Service): TaskGroup {
  const name = `connect-proxy-${service.name}`;
  const kind = `connect-proxy:${service.name}`;
  const label = service.connect?.sidecarService?.port || name;
  const withPort = addPort(group, label);
  if (hasKind(group, kind)) return withPort;
  const base: Task = {
    ...proxyTask(group, name, kind, "sidecar_image"),
    lifecycle: { hook: "prestart", sidecar: true },
  };
  return { ...withPort, tasks: [...(group.tasks ?? []), override(base, service.connect?.sidecarTask ?? null)] };
}

/** The task of a native service: the named one, or the only one. */
function markNative(group: TaskGroup, service: Service): TaskGroup {
  const only = group.tasks?.length === 1 ? group.tasks[0]?.name : undefined;
  const wanted = service.taskName || only;
  const kind = `connect-native:${service.name}`;
  const tasks = group.tasks?.map((task) => (task.name === wanted ? { ...task, kind } : task)) ?? null;
  const services = (group.services ?? []).map((item) =>
    item === service ? { ...item, taskName: item.taskName || (wanted ?? "") } : item,
  );
  return { ...group, tasks, services };
}

function gatewayKind(gateway: ConsulGateway): "ingress" | "terminating" | "mesh" {
  if (gateway.ingress !== null) return "ingress";
  return gateway.terminating === null ? "mesh" : "terminating";
}

function injectGateway(group: TaskGroup, index: number, service: Service, gateway: ConsulGateway): TaskGroup {
  const what = gatewayKind(gateway);
  const name = `connect-${what}-${service.name}`;
  const mode = group.networks?.[0]?.mode ?? "host";
  const isNamespaced = mode !== "host" && mode !== "";
  const proxy = isNamespaced ? bridgedProxy(gateway, what) : (gateway.proxy ?? defaultProxy());
  const portLabel = service.portLabel || (what === "terminating" ? name : "");
  const updated: Service = {
    ...service,
    portLabel,
    connect: service.connect && { ...service.connect, gateway: { ...gateway, proxy } },
  };
  const services = (group.services ?? []).map((item, at) => (at === index ? updated : item));
  let result: TaskGroup = { ...group, services };
  if (what === "terminating") result = addPort(result, portLabel);
  if (what === "mesh") result = addPort(result, `${name}-lan`);
  const kind = `connect-${what}:${service.name}`;
  if (hasKind(group, kind)) return result;
  const task = override(proxyTask(group, name, kind, "gateway_image"), service.connect?.sidecarTask ?? null);
  return { ...result, tasks: [...(result.tasks ?? []), task] };
}

function defaultProxy(): ConsulGatewayProxy {
  return empty(GatewayProxy, { connectTimeoutNs: 5 * SECOND_NS });
}

/** In a network namespace the gateway listens on all addresses of it. */
function bridgedProxy(gateway: ConsulGateway, what: "ingress" | "terminating" | "mesh"): ConsulGatewayProxy {
  const proxy = gateway.proxy ?? defaultProxy();
  const anyPort = { address: "0.0.0.0", port: -1 };
  const addresses =
    what === "ingress"
      ? ingressAddresses(gateway)
      : what === "terminating"
        ? { default: anyPort }
        : { lan: anyPort, wan: anyPort };
  return { ...proxy, envoyGatewayNoDefaultBind: true, envoyGatewayBindAddresses: addresses };
}

function ingressAddresses(gateway: ConsulGateway): NonNullable<ConsulGatewayProxy["envoyGatewayBindAddresses"]> {
  const entries = (gateway.ingress?.listeners ?? []).flatMap((listener) =>
    (listener.services ?? []).map(({ name }) => [name, { address: "0.0.0.0", port: listener.port }] as const),
  );
  return Object.fromEntries(entries);
}

function proxyTask(group: TaskGroup, name: string, kind: string, image: string): Task {
  return empty(TaskNoun, {
    name,
    kind,
    driver: "docker",
    config: {
      image: `\${meta.connect.${image}}`,
      args: [
        "-c",
        "${NOMAD_SECRETS_DIR}/envoy_bootstrap.json",
        "-l",
        "${meta.connect.log_level}",
        "--concurrency",
        "${meta.connect.proxy_concurrency}",
        "--disable-hot-restart",
      ],
    },
    constraints: [
      { lTarget: "${attr.consul.version}", rTarget: ">= 1.8.0", operand: "semver" },
      { lTarget: "${attr.consul.grpc}", rTarget: "0", operand: ">" },
    ],
    identity: {
      name: "default",
      audience: ["nomadproject.io"],
      changeMode: "",
      changeSignal: "",
      env: false,
      file: false,
      filepath: "",
      serviceName: "",
      ttlNs: 0,
      extraClaims: null,
    },
    killTimeoutNs: 5 * SECOND_NS,
    shutdownDelayNs: 5 * SECOND_NS,
    logConfig: { maxFiles: 2, maxFileSizeMb: 2, disabled: false },
    resources: {
      cpu: 250,
      cores: 0,
      memoryMb: 128,
      memoryMaxMb: 0,
      diskMb: 0,
      iops: 0,
      networks: null,
      devices: null,
      numa: null,
      secretsMb: 0,
    },
    restartPolicy: group.restartPolicy,
  });
}

/** What `sidecar_task` says wins over the proxy's defaults. Another driver takes nothing of the default configuration. */
function override(task: Task, wanted: SidecarTask | null): Task {
  if (wanted === null) return task;
  return {
    ...task,
    name: wanted.name || task.name,
    driver: wanted.driver || task.driver,
    user: wanted.user || task.user,
    config: { ...(wanted.driver === "" ? task.config : {}), ...wanted.config },
    env: wanted.env ?? task.env,
    meta: wanted.meta ?? task.meta,
    resources: wanted.resources ?? task.resources,
    logConfig: wanted.logConfig ?? task.logConfig,
    killTimeoutNs: wanted.killTimeoutNs,
    shutdownDelayNs: wanted.shutdownDelayNs,
    killSignal: wanted.killSignal || task.killSignal,
    volumeMounts: wanted.volumeMounts ?? task.volumeMounts,
    identities: wanted.identities ?? task.identities,
  };
}

/** A dynamic port to itself in the group's network, unless the label is taken. */
function addPort(group: TaskGroup, label: string): TaskGroup {
  const [network, ...others] = group.networks ?? [];
  const first: NetworkResource = network ?? empty(Network);
  const labels = [...(first.reservedPorts ?? []), ...(first.dynamicPorts ?? [])].map((port) => port.label);
  if (labels.includes(label)) return group;
  const port: Port = { label, value: 0, to: -1, hostNetwork: "default", ignoreCollision: false };
  return { ...group, networks: [{ ...first, dynamicPorts: [...(first.dynamicPorts ?? []), port] }, ...others] };
}

/** Checks with `expose` are reached through the proxy: by a path of it and a port of their own. */
export function exposeChecks(job: Job): Job {
  return { ...job, taskGroups: job.taskGroups?.map(exposeInGroup) ?? null };
}

function exposeInGroup(group: TaskGroup): TaskGroup {
  let result = group;
  for (const [index, service] of (group.services ?? []).entries()) {
    const sidecar = service.connect?.sidecarService ?? null;
    if (sidecar === null || !service.checks?.some((check) => check.expose)) continue;
    result = exposeService(result, index, service);
  }
  return result;
}

function exposeService(group: TaskGroup, index: number, service: Service): TaskGroup {
  const proxy = service.connect?.sidecarService?.proxy ?? empty(ConsulProxy);
  const paths = [...(proxy.expose?.paths ?? [])];
  let result = group;
  const checks = (service.checks ?? []).map((check) => {
    if (!check.expose) return check;
    const label = check.portLabel || `svc_${service.name}_ck_${checkDigest(service, check)}`;
    result = addPort(result, label);
    const exposed = {
      path: check.path,
      protocol: check.protocol,
      localPathPort: servicePort(group, service),
      listenerPort: label,
    };
    if (!paths.some((item) => item.listenerPort === label)) paths.push(exposed);
    return { ...check, portLabel: label };
  });
  const expose = { ...(proxy.expose ?? empty(ConsulExposeConfig)), paths };
  const connect = service.connect && {
    ...service.connect,
    sidecarService: service.connect.sidecarService && {
      ...service.connect.sidecarService,
      proxy: { ...proxy, expose },
    },
  };
  const services = (result.services ?? []).map((item, at) => (at === index ? { ...service, checks, connect } : item));
  return { ...result, services };
}

/** Six hexadecimal digits that stay the same while the check does. */
function checkDigest(service: Service, check: ServiceCheck): string {
  return crc32c(utf8Encode(JSON.stringify([service.name, check])))
    .toString(16)
    .padStart(8, "0")
    .slice(0, 6);
}

/** The port inside the namespace that the service listens on. */
function servicePort(group: TaskGroup, service: Service): number {
  if (/^\d+$/.test(service.portLabel)) return Number(service.portLabel);
  const network = group.networks?.[0];
  const ports = [...(network?.reservedPorts ?? []), ...(network?.dynamicPorts ?? [])];
  const port = ports.find((item) => item.label === service.portLabel);
  return port === undefined ? 0 : port.to > 0 ? port.to : port.value;
}
