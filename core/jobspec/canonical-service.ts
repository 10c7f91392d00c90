import type {
  CheckRestartDraft,
  ConsulConnectDraft,
  ConsulGatewayDraft,
  ServiceCheckDraft,
  ServiceDraft,
  SidecarTaskDraft,
} from "#core/model";
import { canonicalLogs, canonicalMount, canonicalResources, each } from "./canonical-parts.ts";
import { SECOND_NS } from "./canonical-policies.ts";

export function canonicalService(service: ServiceDraft, defaultName: string): ServiceDraft {
  const onUpdate = service.onUpdate || "require_healthy";
  const { weights } = service;
  return {
    ...service,
    name: service.name || defaultName,
    addressMode: service.addressMode || "auto",
    onUpdate,
    provider: service.provider || "consul",
    cluster: service.cluster || "default",
    weights: weights === null ? null : { passing: weights.passing || 1, warning: weights.warning || 1 },
    checks: service.checks?.map((check) => canonicalCheck(check, service.checkRestart, onUpdate)) ?? null,
    connect: service.connect === null ? null : canonicalConnect(service.connect),
  };
}

function canonicalCheck(
  check: ServiceCheckDraft,
  inherited: CheckRestartDraft | null,
  onUpdate: string,
): ServiceCheckDraft {
  return {
    ...check,
    checkRestart: mergeCheckRestart(check.checkRestart, inherited),
    onUpdate: check.onUpdate || onUpdate,
  };
}

function mergeCheckRestart(
  own: CheckRestartDraft | null,
  inherited: CheckRestartDraft | null,
): CheckRestartDraft | null {
  if (own === null && inherited === null) return null;
  return {
    limit: own?.limit || (inherited?.limit ?? 0),
    graceNs: own?.graceNs ?? inherited?.graceNs ?? SECOND_NS,
    ignoreWarnings: own?.ignoreWarnings === true || inherited?.ignoreWarnings === true,
  };
}

function canonicalConnect(connect: ConsulConnectDraft): ConsulConnectDraft {
  return {
    ...connect,
    sidecarTask: connect.sidecarTask === null ? null : canonicalSidecarTask(connect.sidecarTask),
    gateway: connect.gateway === null ? null : canonicalGateway(connect.gateway),
  };
}

function canonicalSidecarTask(task: SidecarTaskDraft): SidecarTaskDraft {
  return {
    ...task,
    resources: task.resources === null ? null : canonicalResources(task.resources),
    killTimeoutNs: task.killTimeoutNs ?? 5 * SECOND_NS,
    logConfig: canonicalLogs(task.logConfig),
    shutdownDelayNs: task.shutdownDelayNs ?? 0,
    volumeMounts: each(task.volumeMounts, canonicalMount),
  };
}

function canonicalGateway(gateway: ConsulGatewayDraft): ConsulGatewayDraft {
  const { proxy, ingress } = gateway;
  return {
    ...gateway,
    proxy: proxy === null ? null : { ...proxy, connectTimeoutNs: proxy.connectTimeoutNs ?? 5 * SECOND_NS },
    ingress:
      ingress === null
        ? null
        : {
            ...ingress,
            listeners:
              ingress.listeners?.map((listener) => ({ ...listener, protocol: listener.protocol || "tcp" })) ?? null,
          },
  };
}
