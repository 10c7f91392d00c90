import { type HeldResource, proxiesOf, type ProxyState, runRoot } from "#cli/mesh";
import { columns } from "#cli/render";
import { answerFlags, type Command, type Context, showAnswer, wantsAnswer } from "#cli/shell";

export const command: Command = {
  path: ["mesh", "status"],
  summary: "Shows the mesh proxies of this machine",
  usage: "[options]",
  help: "Lists the proxies that run here: whether each has its control plane, what it has accepted, and what it refused and why.",
  usesApi: false,
  flags: [...answerFlags],
  run,
};

async function run(context: Context): Promise<number> {
  const proxies = await proxiesOf(runRoot(context.env));
  if (wantsAnswer(context)) return showAnswer(context, JSON.stringify(proxies.map(answerOf)));
  if (proxies.length === 0) {
    context.io.out("No mesh proxies run on this machine\n");
    return 0;
  }
  const rows = proxies.map((proxy) => [
    proxy.record.proxyId,
    proxy.record.service,
    String(proxy.record.port),
    stateOf(proxy),
    proxy.envoyVersion,
    counts(proxy.resources),
    String(refusals(proxy).length),
  ]);
  const head = ["Proxy", "Service", "Port", "State", "Envoy", "Clusters/Listeners/Routes", "Refused"];
  context.io.out(`${columns([head, ...rows])}\n`);
  for (const proxy of proxies)
    for (const { kind, name, refusal } of refusals(proxy))
      context.io.out(`\n${proxy.record.proxyId} refused ${kind} ${name}: ${refusal?.reason ?? ""}\n`);
  return 0;
}

function stateOf({ isRunning, isOwned, isConnected }: ProxyState): string {
  if (!isRunning) return "no Envoy";
  if (!isOwned) return "without owner";
  if (isConnected === undefined) return "does not answer";
  return isConnected ? "connected" : "disconnected";
}

function counts(resources: readonly HeldResource[]): string {
  const of = (kind: HeldResource["kind"]): number =>
    resources.filter((resource) => resource.kind === kind && resource.version !== "").length;
  return `${of("cluster")}/${of("listener")}/${of("route")}`;
}

function refusals({ resources }: ProxyState): HeldResource[] {
  return resources.filter((resource) => resource.refusal !== undefined);
}

function answerOf(proxy: ProxyState): object {
  const { record, envoyVersion } = proxy;
  return {
    ProxyID: record.proxyId,
    Service: record.service,
    ServiceID: record.serviceId,
    Kind: record.kind,
    Port: record.port,
    OwnerPID: record.owner.pid,
    EnvoyPID: record.envoy?.pid ?? 0,
    EnvoyVersion: envoyVersion,
    State: stateOf(proxy),
    Resources: proxy.resources.map(({ kind, name, version, refusal }) => ({
      Kind: kind,
      Name: name,
      Version: version,
      Refused: refusal?.reason ?? "",
    })),
  };
}
