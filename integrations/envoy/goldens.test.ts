import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ClusterJson } from "#envoy/envoy/config/cluster/v3/cluster";
import type { ListenerJson } from "#envoy/envoy/config/listener/v3/listener";
import { bootstrapOf } from "./bootstrap.ts";
import { Encoder } from "./encode.ts";
import { goldenGateways } from "./golden-gateways.ts";
import { goldenSnapshots } from "./golden-snapshots.ts";
import { encodeSet } from "./resource-set.ts";
import { type Resource, resourcesOf } from "./resources/build.ts";
import { snapshot } from "./samples.ts";
import { checkSound } from "./sound.ts";

const ENVOY = process.env["DROVER_ENVOY"] ?? "/opt/drover-components/bin/envoy";
const isPresent = existsSync(ENVOY) && spawnSync("openssl", ["version"]).status === 0;
const everySnapshot = [
  ...Object.entries(goldenSnapshots).map(([name, given]) => [name, { given, resources: resourcesOf(given) }] as const),
  ...Object.entries(goldenGateways).map(([name, gateway]) => [name, gateway] as const),
];

describe("what a proxy is told", () => {
  test.each(everySnapshot)("%s: as its golden file says", (name, { given, resources }) => {
    const file = new URL(`./testdata/${name}.json`, import.meta.url).pathname;
    const text = `${JSON.stringify(golden(given, resources), undefined, 1)}\n`;
    if (!existsSync(file) || process.env["DROVER_GOLDENS"] === "write") writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  test.each(everySnapshot)("%s: is sound, and every resource encodes", (_name, { resources }) => {
    expect(checkSound(resources)).toEqual({ ok: true, value: undefined });
    expect(encodeSet(resources, new Encoder())).toMatchObject({ ok: true });
  });

  test.skipIf(!isPresent).each(everySnapshot)("%s: Envoy finds it valid", (_name, { resources }) => {
    const folder = mkdtempSync(join(tmpdir(), "drover-golden-"));
    const file = join(folder, "envoy.json");
    writeFileSync(file, JSON.stringify(staticBootstrap(resources, certificateIn(folder))));
    const checked = spawnSync(ENVOY, ["--mode", "validate", "-c", file, "-l", "error"], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect([checked.stdout.trim(), checked.stderr.trim()]).toEqual([`configuration '${file}' OK`, ""]);
  });
});

/** The snapshot, and what follows from it beyond what every proxy has. */
function golden(given: object, all: readonly Resource[]): object {
  const usual = new Set(resourcesOf(snapshot([])).map((resource) => JSON.stringify(resource)));
  const isPlain = all.every((resource) => resource.kind === "secret" || !usual.has(JSON.stringify(resource)));
  const resources = all
    .filter((resource) => isPlain || !usual.has(JSON.stringify(resource)))
    .map(({ kind, name, json }) => [`${kind} ${name}`, json]);
  const text = JSON.stringify(given, (key, value) => {
    if (key === "leaf" || key === "roots") return undefined;
    return value instanceof Map ? Object.fromEntries(value) : value;
  });
  return { snapshot: JSON.parse(text) as object, resources: Object.fromEntries(resources) };
}

interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

function certificateIn(folder: string): CertificateFiles {
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=web"];
  spawnSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", certificate]);
  return { certificate, key };
}

/** All in one file: what would come over ADS stands inline. */
function staticBootstrap(resources: readonly Resource[], { certificate, key }: CertificateFiles): object {
  const of = <T>(kind: string): T[] => resources.filter((each) => each.kind === kind).map(({ json }) => json as T);
  const bootstrap = bootstrapOf({
    nodeId: "web-1-sidecar-proxy",
    cluster: "web",
    metadata: {},
    adsSocket: "/tmp/ads.sock",
    admin: { address: "127.0.0.1", port: 0 },
  });
  const assignments = new Map(of<{ clusterName: string }>("endpoint").map((each) => [each.clusterName, each]));
  const routes = new Map(of<{ name: string }>("route").map((each) => [each.name, each]));
  const clusters = of<ClusterJson>("cluster").map(({ edsClusterConfig: eds, ...cluster }) =>
    eds ? { ...cluster, type: "STATIC", loadAssignment: assignments.get(cluster.name ?? "") } : cluster,
  );
  const listeners = of<ListenerJson>("listener");
  const inline = (field: string, value: Readonly<Record<string, unknown>>): unknown => {
    if (field === "sdsConfig") return undefined;
    const rds = value?.["rds"] as { readonly routeConfigName: string } | undefined;
    return rds ? { ...value, rds: undefined, routeConfig: routes.get(rds.routeConfigName) } : value;
  };
  const tlsCertificate = { certificateChain: { filename: certificate }, privateKey: { filename: key } };
  const secrets = of<{ name: string }>("secret").map(({ name }) =>
    name === "roots" ? { name, validationContext: { trustedCa: { filename: certificate } } } : { name, tlsCertificate },
  );
  const own = bootstrap.staticResources?.clusters ?? [];
  const { adsConfig } = bootstrap.dynamicResources ?? {};
  const staticResources = { clusters: [...own, ...clusters], listeners, secrets };
  const text = JSON.stringify({ ...bootstrap, dynamicResources: { adsConfig }, staticResources });
  return JSON.parse(text, inline) as object;
}
