import { Secret } from "#core/base";
import type { IngressSnapshot, MeshGatewaySnapshot, TerminatingSnapshot } from "./gateway-snapshot.ts";
import type { Resource } from "./resources/build.ts";
import { ingressResources } from "./resources/gateways/ingress.ts";
import { meshGatewayResources } from "./resources/gateways/mesh.ts";
import { terminatingResources } from "./resources/gateways/terminating.ts";
import { chain, instance, resolver, target, TRUST, upstream } from "./samples.ts";

const pem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
const leaf = { certificatePem: pem, privateKeyPem: new Secret("key") };
const place = { datacenter: "dc1", trustDomain: TRUST, address: "127.0.0.1", port: 8443 };
const [api, db] = [target("api"), target("db")];

const ingress: IngressSnapshot = {
  service: "edge",
  datacenter: "dc1",
  trustDomain: TRUST,
  address: "127.0.0.1",
  roots: [pem],
  leaf,
  listeners: [
    {
      port: 8080,
      protocol: "http",
      services: [
        {
          hosts: [],
          upstream: upstream(chain("api", "http", [resolver(api)], [api]), { [api.ID]: [instance(21_001)] }),
        },
        {
          hosts: ["*"],
          upstream: upstream(chain("db", "http", [resolver(db)], [db]), { [db.ID]: [instance(21_002)] }),
        },
      ],
    },
    {
      port: 9000,
      protocol: "tcp",
      services: [
        { hosts: [], upstream: upstream(chain("db", "tcp", [resolver(db)], [db]), { [db.ID]: [instance(21_002)] }) },
      ],
    },
  ],
};

const terminating: TerminatingSnapshot = {
  ...place,
  roots: [pem],
  defaultAllow: false,
  services: [
    {
      name: "legacy",
      protocol: "http",
      leaf,
      intentions: [{ ID: "1", SourceName: "web", DestinationName: "legacy", Action: "allow", Precedence: 9 }],
      instances: new Map([["", [instance(443, { address: "legacy.example" })]]]),
      tls: undefined,
    },
    {
      name: "plain",
      protocol: "tcp",
      leaf,
      intentions: [],
      instances: new Map([
        ["", [instance(5432), instance(5433)]],
        ["v1", [instance(5432)]],
      ]),
      tls: undefined,
    },
  ],
};

const mesh: MeshGatewaySnapshot = {
  ...place,
  services: [
    { name: "api", subset: "", rows: [instance(21_001)] },
    { name: "api", subset: "v1", rows: [instance(21_001)] },
  ],
  remotes: new Map([["dc2", [instance(8443, { address: "198.51.100.2" })]]]),
};

/** As `goldenSnapshots`, of gateways. */
export const goldenGateways: Readonly<
  Record<string, { readonly given: object; readonly resources: readonly Resource[] }>
> = {
  "ingress-gateway": { given: ingress, resources: ingressResources(ingress) },
  "terminating-gateway": { given: terminating, resources: terminatingResources(terminating) },
  "mesh-gateway": { given: mesh, resources: meshGatewayResources(mesh) },
};
