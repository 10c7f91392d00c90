import type { HealthRow } from "#core/mesh";
import type { ClusterJson } from "#envoy/envoy/config/cluster/v3/cluster";
import { named, type Resource } from "../build.ts";
import { overAds, seconds } from "../common.ts";
import { plainAssignment } from "../endpoints.ts";

const CONNECT_MS = 5_000;

/** A cluster with its endpoints from the catalogue. */
export function catalogueCluster(
  name: string,
  rows: readonly HealthRow[],
  { isRemote, ...more }: { readonly isRemote: boolean } & Partial<ClusterJson>,
): Resource[] {
  const cluster: ClusterJson = {
    name,
    type: "EDS",
    edsClusterConfig: { edsConfig: overAds },
    connectTimeout: seconds(CONNECT_MS),
    commonLbConfig: { healthyPanicThreshold: { value: 0 } },
    outlierDetection: {},
    ...more,
  };
  return [
    named("cluster", cluster),
    { kind: "endpoint", name, json: plainAssignment(name, rows, { onlyPassing: false, isRemote }) },
  ];
}
