import { err, ok, type Result } from "#core/base";
import type { ServiceRegistration, Sight, Watches } from "#integrations/consul";
import { ownCheck } from "../proxy/registration.ts";
import type { Place, ProxyRole, RoleObserver } from "../proxy/role.ts";
import { IngressSource } from "./ingress.ts";
import { MeshSource } from "./mesh.ts";
import { TerminatingSource } from "./terminating.ts";

export type GatewayKind = "ingress" | "terminating" | "mesh";

/** What is known of a gateway before Consul is asked: the command line. */
export interface GatewayOptions {
  readonly kind: GatewayKind;
  /** Its service: the name of its config entry, and its identity. */
  readonly service: string;
  readonly proxyId: string;
  readonly bindAddress: string;
  readonly bindPort: number | undefined;
  /** Of a mesh gateway: where other datacenters reach it. */
  readonly wan: { readonly address: string; readonly port: number } | undefined;
  /** The name of mesh gateways in the catalogues of all datacenters. */
  readonly gatewayService: string;
}

const kinds: readonly string[] = ["ingress", "terminating", "mesh"];

export function parseGatewayKind(text: string | undefined): Result<GatewayKind> {
  if (text !== undefined && kinds.includes(text)) return ok(text as GatewayKind);
  return err("invalid", `-kind ${JSON.stringify(text ?? "")} is none of ${kinds.join(", ")}`, { field: "-kind" });
}

/** `ADDRESS:PORT`. */
export function parsePlace(text: string, field: string): Result<{ readonly address: string; readonly port: number }> {
  const match = /^\[?([A-Za-z0-9.:-]+?)\]?:(\d+)$/.exec(text);
  const port = Number(match?.[2] ?? 0);
  if (match && port > 0 && port < 65_536) return ok({ address: match[1] as string, port });
  return err("invalid", `${field} ${JSON.stringify(text)} is not ADDRESS:PORT`, { field });
}

/** A proxy that stands for no instance of its own: at the edge of the mesh. */
export class GatewayRole implements ProxyRole {
  readonly kind: ProxyRole["kind"];
  readonly hasPort: boolean;
  /** An ingress gateway's are those of its entry, which may change at any time. */
  readonly namedPorts = [];
  readonly #options: GatewayOptions;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.kind = `${options.kind}-gateway`;
    // An ingress gateway listens where its entry says.
    this.hasPort = options.kind !== "ingress";
  }

  get proxyId(): string {
    return this.#options.proxyId;
  }

  get service(): string {
    return this.#options.service;
  }

  get serviceId(): string {
    return this.#options.proxyId;
  }

  get name(): string {
    return this.#options.service;
  }

  get sight(): Sight {
    return this.#options.kind === "mesh" ? "everything" : "nodes";
  }

  get bindAddress(): string {
    return this.#options.bindAddress;
  }

  get bindPort(): number | undefined {
    return this.#options.bindPort;
  }

  registration(port: number, isReady: boolean): ServiceRegistration {
    const { proxyId, service, bindAddress, wan } = this.#options;
    const isEverywhere = bindAddress === "0.0.0.0" || bindAddress === "::";
    const tagged = wan && { wan: { Address: wan.address, Port: wan.port } };
    return {
      Kind: this.kind,
      ID: proxyId,
      Name: service,
      Port: port,
      ...(!isEverywhere && { Address: bindAddress }),
      ...(tagged && { TaggedAddresses: tagged }),
      Checks: [ownCheck(proxyId, isReady)],
    };
  }

  begin(watches: Watches, place: Place, observer: RoleObserver): Disposable {
    const { kind } = this.#options;
    if (kind === "ingress") return new IngressSource(watches, this.#options, place, observer);
    if (kind === "mesh") return new MeshSource(watches, this.#options, place, observer);
    return new TerminatingSource(watches, this.#options, place, observer);
  }
}
