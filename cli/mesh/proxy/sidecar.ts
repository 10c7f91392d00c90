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
  type AgentService,
  type ConsulIdentity,
  deregisterService,
  registerService,
  type Transport,
  updateTtl,
  Watches,
} from "#integrations/consul";
import { AdsServer, bootstrapOf, encodeSet, Encoder, resourcesOf } from "#integrations/envoy";
import { WANTED_FILE, wantedOf } from "./wanted.ts";
import type { SidecarOptions } from "./definition.ts";
import { EnvoyRunner } from "./envoy-runner.ts";
import { choosePort, releasePort } from "./ports.ts";
import { markOf } from "./process-identity.ts";
import { checkId, registrationOf, sidecarId } from "./registration.ts";
import type { RunFolder } from "./run-folder.ts";
import { snapshotOf } from "./snapshot.ts";
import { type ProxyFacts, ProxySource } from "./source.ts";

const CHECK_MS = 1_000;
const RETRY_MS = 1_000;

export interface SidecarParts {
  readonly options: SidecarOptions;
  readonly parent: AgentService;
  readonly identity: ConsulIdentity;
  readonly consulAddress: string;
  readonly transport: Transport;
  readonly folder: RunFolder;
  readonly runRoot: string;
  readonly envoyBinary: string;
  readonly envoyArguments: readonly string[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** The service was deregistered: the sidecar leaves with it. */
  readonly parentGone: () => void;
}

/** A sidecar beside a registered service: its Envoy, its control plane, its registration, its check. */
export class Sidecar {
  readonly #parts: SidecarParts;
  readonly #port: number;
  readonly #ads: AdsServer;
  readonly #encoder = new Encoder();
  readonly #runner: EnvoyRunner;
  readonly #watches: Watches;
  #source: ProxySource | undefined;
  #parent: AgentService;
  #registered = "";
  #beat: TimerHandle | undefined;
  #isLeaving = false;

  private constructor(parts: SidecarParts, port: number) {
    const { transport, clock, timers, random, logger, options } = parts;
    this.#parts = parts;
    this.#port = port;
    this.#parent = parts.parent;
    this.#watches = new Watches({ transport, clock, timers, random });
    this.#ads = new AdsServer({
      logger: logger.child("ads"),
      onlyNode: sidecarId(options),
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

  static async start(parts: SidecarParts): Promise<Result<Sidecar>> {
    const { options, folder, logger } = parts;
    const left = folder.leftEnvoy();
    const kept = left ? folder.read()?.port : undefined;
    const port = kept === undefined ? await choosePort(parts.runRoot, options.bindAddress, options.bindPort) : ok(kept);
    if (!port.ok) return port;
    const sidecar = new Sidecar(parts, port.value);
    const listening = await sidecar.#ads.listen(folder.adsSocket);
    if (!listening.ok) return listening;
    const bootstrap = bootstrapOf({
      nodeId: sidecarId(options),
      cluster: parts.parent.Service,
      metadata: { node_name: parts.identity.nodeName },
      adsSocket: folder.adsSocket,
      admin: { socket: folder.adminSocket },
    });
    folder.writeFile("bootstrap.json", JSON.stringify(bootstrap));
    const registered = await sidecar.#register();
    if (!registered.ok) {
      sidecar.#ads.close();
      return registered;
    }
    sidecar.#watch();
    sidecar.#runner.start(left);
    sidecar.#soon(0);
    logger.log("info", "sidecar started", {
      proxy: sidecarId(options),
      service: parts.parent.Service,
      port: port.value,
    });
    return ok(sidecar);
  }

  get port(): number {
    return this.#port;
  }

  /** Out of the catalogue first, so that nobody calls any more; then the Envoy drains and ends. */
  async leave(): Promise<Result<void>> {
    this.#isLeaving = true;
    this.#beat?.cancel();
    this.#source?.[Symbol.dispose]();
    this.#watches.close();
    const { transport, options, folder } = this.#parts;
    const gone = await deregisterService(transport, sidecarId(options), `${this.#parent.Service}-sidecar-proxy`);
    await this.#runner.end();
    this.#ads.close();
    folder.remove();
    releasePort(this.#parts.runRoot, this.#port);
    return gone;
  }

  #watch(): void {
    const { options, logger } = this.#parts;
    const of = { serviceId: options.sidecarFor, service: this.#parent.Service, upstreams: options.upstreams };
    this.#source = new ProxySource(this.#watches, of, {
      changed: (facts) => this.#take(facts),
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

  #take(facts: ProxyFacts): void {
    if (this.#isLeaving) return;
    if (facts.parent === null) return this.#parts.parentGone();
    this.#parent = facts.parent;
    void this.#keepRegistered();
    const { options, identity, logger, folder } = this.#parts;
    const place = { port: this.#port, datacenter: identity.datacenter, defaultAllow: identity.defaultAllow };
    const snapshot = snapshotOf(options, facts, place);
    if (!snapshot) return;
    const resources = resourcesOf(snapshot);
    const set = encodeSet(resources, this.#encoder);
    if (set.ok) {
      this.#ads.set(sidecarId(options), set.value);
      folder.writeFile(WANTED_FILE, JSON.stringify(wantedOf(resources, set.value)));
    } else logger.log("error", `the configuration cannot be sent: ${set.failure.message}`);
  }

  /** The registration follows the service's own Meta, Tags, Weights and address. */
  async #keepRegistered(): Promise<void> {
    const done = await this.#register();
    if (done.ok || this.#isLeaving) return;
    this.#parts.logger.log("warn", `the sidecar is not registered: ${done.failure.message}`);
    this.#parts.timers.after(RETRY_MS, () => this.#isLeaving || void this.#keepRegistered());
  }

  async #register(): Promise<Result<void>> {
    const { options, transport } = this.#parts;
    const registration = registrationOf(options, this.#parent, this.#port, this.#isReady());
    const { Checks: checks, ...rest } = registration;
    const key = JSON.stringify(rest);
    if (key === this.#registered || this.#isLeaving) return ok(undefined);
    const done = await registerService(transport, { ...rest, ...(checks && { Checks: checks }) });
    if (done.ok) this.#registered = key;
    return done;
  }

  /** Envoy has accepted the listener that others connect to, and runs. */
  #isReady(): boolean {
    const { kinds, isConnected } = this.#ads.status(sidecarId(this.#parts.options));
    return isConnected && (kinds?.listener.acknowledged ?? 0) > 0;
  }

  #look(): void {
    if (!this.#isLeaving && this.#isReady()) this.#soon(0);
  }

  #soon(delayMs: number): void {
    this.#beat?.cancel();
    this.#beat = this.#parts.timers.after(delayMs, () => void this.#check());
  }

  async #check(): Promise<void> {
    if (this.#isLeaving) return;
    const isReady = this.#isReady();
    const output = isReady ? "Envoy has accepted its listener" : "Envoy has not accepted its listener yet";
    const said = await updateTtl(
      this.#parts.transport,
      checkId(this.#parts.options),
      isReady ? "passing" : "critical",
      output,
    );
    // An agent that has forgotten the check has forgotten the sidecar.
    if (!said.ok && said.failure.code !== "unavailable") {
      this.#registered = "";
      void this.#keepRegistered();
    }
    if (!this.#isLeaving) this.#soon(CHECK_MS);
  }

  #record(): void {
    const { options, folder, consulAddress } = this.#parts;
    if (this.#isLeaving) return;
    folder.write({
      proxyId: sidecarId(options),
      service: this.#parent.Service,
      serviceId: options.sidecarFor,
      kind: "connect-proxy",
      owner: markOf(process.pid),
      envoy: this.#runner.envoy,
      port: this.#port,
      consul: consulAddress,
    });
  }
}
