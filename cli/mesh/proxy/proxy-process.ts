import {
  type Clock,
  type Failure,
  type Logger,
  ok,
  type Random,
  type Result,
  type TimerHandle,
  type Timers,
} from "#core/base";
import {
  type ConsulIdentity,
  deregisterService,
  fitting,
  registerService,
  type Transport,
  updateTtl,
  Watches,
} from "#integrations/consul";
import {
  AdsServer,
  bootstrapOf,
  checkBootstrap,
  checkSound,
  encodeSet,
  Encoder,
  type Resource,
} from "#integrations/envoy";
import type { ProcessIdentity } from "#client/process";
import { REFUSED_FILE, refusedIn } from "./refused.ts";
import { WANTED_FILE, wantedOf } from "./wanted.ts";
import { EnvoyRunner } from "./envoy-runner.ts";
import { checkFree, choosePort, releasePort } from "./ports.ts";
import { Readiness } from "./readiness.ts";
import { checkId } from "./registration.ts";
import { ownProcess, type RunFolder } from "./run-folder.ts";
import type { ProxyRole } from "./role.ts";

const CHECK_MS = 1_000;
/** A restarted agent takes a check whose TTL has passed meanwhile for critical until it is told better. */
const CHECK_AWAY_MS = 200;
const RETRY_MS = 1_000;
/** Other ports that are tried when somebody else has bound the chosen one first. */
const MOVES_MAX = 5;

/** Where Envoy's admin interface is to be reached beside its socket. */
export interface AdminPlace {
  readonly address: string;
  readonly port: number;
}

export interface ProxyParts {
  readonly role: ProxyRole;
  readonly identity: ConsulIdentity;
  readonly consulAddress: string;
  readonly transport: Transport;
  readonly folder: RunFolder;
  readonly envoyBinary: string;
  readonly envoyArguments: readonly string[];
  readonly adminBind: AdminPlace | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** What the proxy stands for was deregistered: it leaves too. */
  readonly gone: () => void;
}

/** A proxy: its Envoy, its control plane, its registration, its check. */
export class ProxyProcess {
  readonly #parts: ProxyParts;
  #port: number;
  #moves = 0;
  #isMoving = false;
  readonly #ads: AdsServer;
  readonly #encoder = new Encoder();
  readonly #runner: EnvoyRunner;
  readonly #watches: Watches;
  readonly #readiness: Readiness;
  #source: Disposable | undefined;
  #registered = "";
  #refused = "";
  #beat: TimerHandle | undefined;
  #retry: TimerHandle | undefined;
  #isLeaving = false;

  private constructor(parts: ProxyParts, port: number, left: ProcessIdentity | undefined) {
    const { transport, clock, timers, random, logger, role } = parts;
    this.#parts = parts;
    this.#port = port;
    this.#readiness = new Readiness(() => clock.monotonicMs(), left);
    this.#watches = new Watches({ transport, clock, timers, random });
    this.#ads = new AdsServer({
      logger: logger.child("ads"),
      timers,
      onlyNode: role.proxyId,
      changed: () => this.#look(),
    });
    this.#runner = new EnvoyRunner({
      binary: parts.envoyBinary,
      folder: parts.folder,
      extraArguments: parts.envoyArguments,
      timers,
      nowMs: () => clock.monotonicMs(),
      logger: logger.child("envoy"),
      changed: () => this.#record(),
    });
  }

  static async start(parts: ProxyParts): Promise<Result<ProxyProcess>> {
    const { role, folder, logger } = parts;
    const bootstrap = bootstrapFor(role, parts.identity, folder, parts.adminBind);
    const sound = checkBootstrap(bootstrap);
    if (!sound.ok) return sound;
    const left = folder.leftEnvoy();
    const port = await portFor(parts, left ? folder.read()?.port : undefined);
    if (!port.ok) return port;
    const proxy = new ProxyProcess(parts, port.value, left);
    const listening = await proxy.#ads.listen(folder.adsSocket);
    if (!listening.ok) return listening;
    folder.writeFile("bootstrap.json", JSON.stringify(bootstrap));
    const registered = await proxy.#register();
    if (!registered.ok) {
      proxy.#ads.close();
      return registered;
    }
    proxy.#watch();
    proxy.#runner.start(left);
    proxy.#soon(0);
    const { kind, proxyId, service } = role;
    logger.log("info", `${kind === "connect-proxy" ? "sidecar" : kind} started`, {
      proxy: proxyId,
      service,
      port: port.value,
    });
    return ok(proxy);
  }

  get port(): number {
    return this.#port;
  }

  /** Out of the catalogue first, so that nobody calls any more; then the Envoy drains and ends. */
  async leave(): Promise<Result<void>> {
    this.#isLeaving = true;
    this.#beat?.cancel();
    this.#retry?.cancel();
    this.#source?.[Symbol.dispose]();
    this.#watches.close();
    const { transport, role, folder } = this.#parts;
    const gone = await deregisterService(transport, role.proxyId, role.name);
    await this.#runner.end();
    this.#ads.close();
    folder.remove();
    releasePort(this.#port);
    return gone;
  }

  #watch(): void {
    const { role, identity, logger } = this.#parts;
    const place = { port: this.#port, datacenter: identity.datacenter, defaultAllow: identity.defaultAllow };
    this.#source = role.begin(this.#watches, place, {
      changed: (resources) => this.#take(resources),
      gone: () => this.#isLeaving || this.#parts.gone(),
      degraded: (reason) => this.#degraded(reason),
      recovered: () => {
        logger.log("info", "Consul answers again");
        // What the agent forgot while it was away is written again.
        this.#registered = "";
        void this.#keepRegistered();
      },
    });
  }

  #degraded(reason: Failure): void {
    const extra = reason.hint === undefined ? {} : { hint: reason.hint };
    this.#parts.logger.log("warn", `Consul: ${reason.message}; the last configuration stays in force`, extra);
  }

  #take(resources: readonly Resource[]): void {
    if (this.#isLeaving) return;
    void this.#keepRegistered();
    const { role, logger, folder } = this.#parts;
    const sound = checkSound(resources);
    const set = sound.ok ? encodeSet(resources, this.#encoder) : sound;
    if (set.ok) {
      this.#ads.set(role.proxyId, set.value);
      folder.writeFile(WANTED_FILE, JSON.stringify(wantedOf(resources, set.value)));
    } else
      logger.log("error", "the new configuration is not sent, the last one stays in force", {
        reason: set.failure.message,
      });
  }

  /** The registration follows what it stands for: a service's own Meta, Tags, Weights and address. */
  async #keepRegistered(): Promise<void> {
    const done = await this.#register();
    if (done.ok || this.#isLeaving) return;
    this.#parts.logger.log("warn", `the proxy is not registered: ${done.failure.message}`);
    // Every change asks for it: only one of them comes again.
    this.#retry?.cancel();
    this.#retry = this.#parts.timers.after(RETRY_MS, () => void this.#keepRegistered());
  }

  async #register(): Promise<Result<void>> {
    const { role, transport } = this.#parts;
    const { features } = this.#parts.identity;
    const whole = role.registration(this.#port, this.#isReady());
    const { registration } = fitting(whole, features);
    // Checks come and go by themselves: only the rest says whether there is something to write.
    const { Checks: _checks, ...rest } = registration;
    const key = JSON.stringify(rest);
    if (key === this.#registered || this.#isLeaving) return ok(undefined);
    const done = await registerService(transport, registration);
    if (done.ok) this.#registered = key;
    return done;
  }

  #isReady(): boolean {
    const { kinds } = this.#ads.status(this.#parts.role.proxyId);
    return this.#readiness.isReady(kinds?.listener.isHeld, this.#runner.envoy);
  }

  #look(): void {
    if (this.#isLeaving) return;
    this.#writeRefused();
    if (this.#isReady()) this.#soon(0);
    else if (this.#hasClash()) void this.#move();
  }

  /** For `mesh status` and canaries; an Envoy that is away keeps what it has refused. */
  #writeRefused(): void {
    const { kinds } = this.#ads.status(this.#parts.role.proxyId);
    const text = kinds ? JSON.stringify(refusedIn(kinds)) : this.#refused;
    if (text === this.#refused) return;
    this.#refused = text;
    this.#parts.folder.writeFile(REFUSED_FILE, text);
  }

  /** Somebody has taken the port between our choice and Envoy's bind. */
  #hasClash(): boolean {
    const { kinds } = this.#ads.status(this.#parts.role.proxyId);
    const refusals = [...(kinds?.listener.refused.values() ?? [])];
    const place = `:${this.#port}'`;
    return refusals.some(({ reason }) => reason.includes("cannot bind") && reason.includes(place));
  }

  /** To another port, if this one was of our own choice. */
  async #move(): Promise<void> {
    const { role, logger } = this.#parts;
    if (!role.hasPort || role.bindPort !== undefined || this.#isMoving || this.#moves >= MOVES_MAX) return;
    this.#isMoving = true;
    this.#moves++;
    const taken = this.#port;
    const next = await choosePort(role.bindAddress, undefined);
    this.#isMoving = false;
    if (!next.ok || this.#isLeaving) return;
    logger.log("warn", `port ${taken} was taken by somebody else meanwhile; ${next.value} is used`);
    releasePort(taken);
    this.#port = next.value;
    this.#source?.[Symbol.dispose]();
    this.#record();
    await this.#keepRegistered();
    if (!this.#isLeaving) this.#watch();
  }

  #soon(delayMs: number): void {
    this.#beat?.cancel();
    this.#beat = this.#parts.timers.after(delayMs, () => void this.#check());
  }

  async #check(): Promise<void> {
    if (this.#isLeaving) return;
    const isReady = this.#isReady();
    const output = isReady ? "Envoy has accepted its listener" : "Envoy has no listener that it has accepted";
    const said = await updateTtl(
      this.#parts.transport,
      checkId(this.#parts.role.proxyId),
      isReady ? "passing" : "critical",
      output,
    );
    // An agent that has forgotten the check has forgotten the proxy.
    if (!said.ok && said.failure.code !== "unavailable") {
      this.#registered = "";
      void this.#keepRegistered();
    }
    if (!this.#isLeaving) this.#soon(said.ok ? CHECK_MS : CHECK_AWAY_MS);
  }

  #record(): void {
    const { role, folder, consulAddress } = this.#parts;
    if (this.#isLeaving) return;
    folder.write({
      proxyId: role.proxyId,
      service: role.service,
      serviceId: role.serviceId,
      kind: role.kind,
      owner: ownProcess(),
      envoy: this.#runner.envoy,
      port: this.#port,
      consul: consulAddress,
    });
  }
}

/** The file with which the Envoy of a role starts. */
export function bootstrapFor(
  role: ProxyRole,
  { nodeName }: ConsulIdentity,
  folder: RunFolder,
  adminBind: AdminPlace | undefined,
): BootstrapFile {
  return bootstrapOf({
    nodeId: role.proxyId,
    cluster: role.service,
    metadata: { node_name: nodeName },
    adsSocket: folder.adsSocket,
    admin: { socket: folder.adminSocket },
    adminBind,
  });
}

type BootstrapFile = ReturnType<typeof bootstrapOf>;

/** An Envoy that is left over keeps its port. */
async function portFor({ role, adminBind }: ProxyParts, kept: number | undefined): Promise<Result<number>> {
  if (kept !== undefined) return ok(kept);
  const admin = adminBind ? [{ ...adminBind, field: "-admin-bind" }] : [];
  for (const named of [...role.namedPorts, ...admin]) {
    const free = await checkFree(named);
    if (!free.ok) return free;
  }
  return role.hasPort ? choosePort(role.bindAddress, role.bindPort) : ok(0);
}
