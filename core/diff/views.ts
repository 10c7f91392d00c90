/** What of each noun is shown in the diff of two jobs, and in which order. */
import {
  Action,
  Affinity,
  ChangeScript,
  CheckRestart,
  CNIConfig,
  Constraint,
  Consul,
  ConsulConnect,
  ConsulExposeConfig,
  ConsulExposePath,
  ConsulGateway,
  ConsulGatewayProxy,
  ConsulIngressConfigEntry,
  ConsulIngressListener,
  ConsulIngressService,
  ConsulLinkedService,
  ConsulMeshConfigEntry,
  ConsulMeshGateway,
  ConsulProxy,
  ConsulSidecarService,
  ConsulTerminatingConfigEntry,
  ConsulTransparentProxy,
  ConsulUpstream,
  CSIMountOptions,
  DisconnectStrategy,
  DispatchPayloadConfig,
  DNSConfig,
  EphemeralDisk,
  Job,
  JobUIConfig,
  JobUILink,
  LogConfig,
  MigrateStrategy,
  Multiregion,
  MultiregionRegion,
  MultiregionStrategy,
  NetworkResource,
  NUMA,
  ParameterizedJobConfig,
  PeriodicConfig,
  Port,
  RequestedDevice,
  ReschedulePolicy,
  Resources,
  RestartPolicy,
  ScalingPolicy,
  Secret,
  Service,
  ServiceCheck,
  ServiceWeights,
  SidecarTask,
  Task,
  TaskArtifact,
  TaskCSIPluginConfig,
  TaskGroup,
  TaskSchedule,
  TaskScheduleCron,
  Template,
  UpdateStrategy,
  Vault,
  VolumeMount,
  VolumeRequest,
  WaitConfig,
  WorkloadIdentity,
} from "#core/model";
import type { Struct } from "#core/schema";
import type { Part, View } from "./object-diff.ts";

function view(noun: Struct, name: string, parts: readonly Part[] = [], omitted = "", shownNil = ""): View {
  const set = (text: string): ReadonlySet<string> => new Set(text.split(" "));
  return { noun, name, parts, omitted: set(omitted), shownNil: set(shownNil) };
}

const one = (field: string, shown: View): Part => ({ as: "one", field, view: () => shown });
const set = (field: string, shown: View): Part => ({ as: "set", field, view: () => shown });
const texts = (field: string, name: string): Part => ({ as: "texts", field, name });
const free = (field: string, name: string): Part => ({ as: "free", field, name });

const constraint = set("constraints", view(Constraint, "Constraint"));
const affinity = set("affinities", view(Affinity, "Affinity"));

const staticPort = view(Port, "Static Port");
const dynamicPort = view(Port, "Dynamic Port", [], "value ignoreCollision");
const dns: View = { ...view(DNSConfig, "DNS"), joined: new Set(["servers", "searches", "options"]) };

const network = view(
  NetworkResource,
  "Network",
  [
    set("reservedPorts", staticPort),
    set("dynamicPorts", dynamicPort),
    one("dns", dns),
    one("cni", view(CNIConfig, "CNIConfig")),
  ],
  "device cidr ip mBits",
);

const identity = view(WorkloadIdentity, "Identity", [
  texts("audience", "Audience"),
  texts("extraClaims", "ExtraClaims"),
]);

const check = view(ServiceCheck, "Check", [
  texts("args", "Args"),
  free("header", "Header"),
  one("checkRestart", view(CheckRestart, "CheckRestart")),
]);

const upstream = view(ConsulUpstream, "ConsulUpstreams", [
  one("meshGateway", view(ConsulMeshGateway, "MeshGateway")),
  free("config", "Config"),
]);

const transparentProxy = view(ConsulTransparentProxy, "TransparentProxy", [
  texts("excludeInboundPorts", "ExcludeInboundPorts"),
  texts("excludeOutboundPorts", "ExcludeOutboundPorts"),
  texts("excludeOutboundCidrs", "ExcludeOutboundCIDRs"),
  texts("excludeUids", "ExcludeUIDs"),
]);

const proxy = view(ConsulProxy, "ConsulProxy", [
  set("upstreams", upstream),
  one("expose", view(ConsulExposeConfig, "Expose", [set("paths", view(ConsulExposePath, "Paths"))])),
  { as: "one", field: "transparentProxy", view: () => transparentProxy, isAlwaysNamed: true },
  free("config", "Config"),
]);

const sidecarService = view(ConsulSidecarService, "SidecarService", [texts("tags", "Tags"), one("proxy", proxy)]);

const resources = view(Resources, "Resources", [
  set("networks", network),
  set("devices", view(RequestedDevice, "Device", [constraint, affinity])),
  one("numa", view(NUMA, "NUMA", [texts("devices", "Devices")])),
]);

const logs = view(LogConfig, "LogConfig");
const volumeMount = set("volumeMounts", view(VolumeMount, "VolumeMount"));

const sidecarTask = view(SidecarTask, "SidecarTask", [
  free("config", "Config"),
  one("resources", resources),
  one("logConfig", logs),
  volumeMount,
]);

const ingressService = view(ConsulIngressService, "ConsulIngressService", [texts("hosts", "Hosts")]);
const gateway = view(ConsulGateway, "Gateway", [
  one(
    "proxy",
    view(ConsulGatewayProxy, "Proxy", [
      free("envoyGatewayBindAddresses", "EnvoyGatewayBindAddresses"),
      free("config", "Config"),
    ]),
  ),
  one(
    "ingress",
    view(ConsulIngressConfigEntry, "Ingress", [
      set("listeners", view(ConsulIngressListener, "Listener", [set("services", ingressService)])),
    ]),
  ),
  one(
    "terminating",
    view(ConsulTerminatingConfigEntry, "Terminating", [
      set("services", view(ConsulLinkedService, "ConsulLinkedService")),
    ]),
  ),
  one("mesh", view(ConsulMeshConfigEntry, "Mesh")),
]);

const service = view(Service, "Service", [
  texts("tags", "Tags"),
  texts("canaryTags", "CanaryTags"),
  { as: "named", field: "checks", view: () => check, key: "name", pairsRest: false },
  one(
    "connect",
    view(ConsulConnect, "ConsulConnect", [
      one("sidecarService", sidecarService),
      one("sidecarTask", sidecarTask),
      one("gateway", gateway),
    ]),
  ),
  one("weights", view(ServiceWeights, "Weights")),
  one("identity", identity),
]);

/** A service that only changed its name is still that service. */
const services: Part = { as: "named", field: "services", view: () => service, key: "name", pairsRest: true };

const template = view(Template, "Template", [
  one("changeScript", view(ChangeScript, "ChangeScript", [texts("args", "Args")])),
  one("wait", view(WaitConfig, "Template")),
]);

const artifact = view(TaskArtifact, "Artifact");
const action = view(Action, "Action", [texts("args", "Args")]);
const secret = view(Secret, "Secret", [free("config", "Config")]);
const schedule = view(TaskSchedule, "Schedule", [one("cron", view(TaskScheduleCron, "Cron"))]);

export const taskView: View = view(
  Task,
  "Task",
  [
    constraint,
    affinity,
    free("config", "Config"),
    one("resources", resources),
    one("dispatchPayload", view(DispatchPayloadConfig, "DispatchPayload")),
    set("artifacts", artifact),
    one("logConfig", logs),
    services,
    one("vault", view(Vault, "Vault")),
    one("consul", view(Consul, "Consul")),
    { as: "named", field: "templates", view: () => template, key: "destPath", pairsRest: false },
    one("csiPluginConfig", view(TaskCSIPluginConfig, "TaskCSIPluginConfig")),
    one("identity", identity),
    { as: "named", field: "identities", view: () => identity, key: "name", pairsRest: false },
    { as: "named", field: "actions", view: () => action, key: "name", pairsRest: false },
    { as: "named", field: "secrets", view: () => secret, key: "name", pairsRest: false },
    volumeMount,
    one("schedule", schedule),
  ],
  "name",
);

const volume = view(VolumeRequest, "Volume", [
  one("mountOptions", view(CSIMountOptions, "MountOptions", [texts("mountFlags", "MountFlags")])),
]);
const scaling = view(ScalingPolicy, "Scaling", [free("policy", "Policy")], "id type target createIndex modifyIndex");

export const groupView: View = view(
  TaskGroup,
  "TaskGroup",
  [
    constraint,
    affinity,
    one("restartPolicy", view(RestartPolicy, "RestartPolicy")),
    one("disconnect", view(DisconnectStrategy, "Disconnect", [], "", "stopOnClientAfterNs")),
    one("migrate", view(MigrateStrategy, "Migrate")),
    one("reschedulePolicy", view(ReschedulePolicy, "ReschedulePolicy")),
    one("ephemeralDisk", view(EphemeralDisk, "EphemeralDisk")),
    one("update", view(UpdateStrategy, "Update", [], "staggerNs")),
    set("networks", network),
    services,
    { as: "map", field: "volumes", view: () => volume },
    one("scaling", scaling),
    one("consul", view(Consul, "Consul")),
  ],
  "name maxRunDurationNs",
);

const periodic = view(PeriodicConfig, "Periodic", [texts("specs", "Specs")]);
const parameterized = view(ParameterizedJobConfig, "ParameterizedJob", [
  texts("metaOptional", "MetaOptional"),
  texts("metaRequired", "MetaRequired"),
]);
const region = view(MultiregionRegion, "Region", [texts("datacenters", "Datacenters")]);
const multiregion = view(Multiregion, "Multiregion", [
  { as: "named", field: "regions", view: () => region, key: "name", pairsRest: false },
  one("strategy", view(MultiregionStrategy, "Strategy")),
]);

export const jobView: View = view(
  Job,
  "Job",
  [
    texts("datacenters", "Datacenters"),
    constraint,
    affinity,
    one("periodic", periodic),
    one("parameterizedJob", parameterized),
    one("multiregion", multiregion),
    one("ui", view(JobUIConfig, "UI", [set("links", view(JobUILink, "Link"))])),
  ],
  "id status statusDescription stable version createIndex modifyIndex jobModifyIndex submitTimeMs",
);
