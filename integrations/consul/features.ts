/** What a version of Consul knows: fields and endpoints that older, strict agents refuse are left out for them. */
export interface Features {
  readonly version: string;
  readonly isEnterprise: boolean;
  /** `Proxy.Mode`, `TransparentProxy`: 1.10. */
  readonly transparentProxy: boolean;
  /** Upstreams and services on unix sockets: 1.10. */
  readonly socketPaths: boolean;
  /** `service-intentions` entries with L7 permissions: 1.9. */
  readonly serviceIntentions: boolean;
  /** `UpstreamConfig` of service-defaults: 1.9. */
  readonly upstreamConfig: boolean;
  /** `LoadBalancer` of service-resolver: 1.9. */
  readonly loadBalancer: boolean;
  /** Header changes of splits and routes: 1.11. */
  readonly headerChanges: boolean;
  /** `mesh` entry: 1.10. */
  readonly meshEntry: boolean;
  /** Upstreams of peers: 1.13. */
  readonly peering: boolean;
  /** `Check.FailuresBeforeWarning`, `DisableRedirects`, `TLSServerName`, …: 1.12 has them all. */
  readonly newerChecks: boolean;
}

/** Of a version that cannot be read (a development build, `agent/self` denied) the oldest is assumed: every agent takes it. */
export function featuresOf(version: string, isEnterprise = false): Features {
  const since = (minor: number): boolean => isAtLeast(version, minor);
  return {
    version,
    isEnterprise,
    transparentProxy: since(10),
    socketPaths: since(10),
    serviceIntentions: since(9),
    upstreamConfig: since(9),
    loadBalancer: since(9),
    headerChanges: since(11),
    meshEntry: since(10),
    peering: since(13),
    newerChecks: since(12),
  };
}

export function isAtLeast(version: string, minor: number): boolean {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  return Number(match[1]) > 1 || (Number(match[1]) === 1 && Number(match[2]) >= minor);
}
