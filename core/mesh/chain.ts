/** `GET /v1/discovery-chain/:service`; node and target ids are opaque (they differ between versions). */
export interface DiscoveryChain {
  readonly ServiceName: string;
  readonly Datacenter: string;
  readonly Protocol: string;
  readonly StartNode: string;
  readonly CustomizationHash?: string;
  readonly Nodes: Readonly<Record<string, ChainNode>>;
  readonly Targets: Readonly<Record<string, ChainTarget>>;
}

export interface ChainNode {
  readonly Type: "router" | "splitter" | "resolver";
  readonly Name: string;
  readonly Routes?: readonly { readonly Definition?: RouteDefinition; readonly NextNode: string }[];
  readonly Splits?: readonly {
    readonly Definition?: HeaderChanges;
    /** Per cent; absent is 0. */
    readonly Weight?: number;
    readonly NextNode: string;
  }[];
  readonly Resolver?: {
    readonly Default?: boolean;
    readonly ConnectTimeout: string;
    readonly RequestTimeout?: string;
    readonly Target: string;
    readonly Failover?: { readonly Targets: readonly string[] };
  };
  readonly LoadBalancer?: LoadBalancer;
}

export interface HeaderChanges {
  readonly RequestHeaders?: HeaderModifiers | null;
  readonly ResponseHeaders?: HeaderModifiers | null;
}

export interface HeaderModifiers {
  readonly Add?: Readonly<Record<string, string>> | null;
  readonly Set?: Readonly<Record<string, string>> | null;
  readonly Remove?: readonly string[] | null;
}

export interface RouteDefinition {
  readonly Match?: {
    readonly HTTP?: {
      readonly PathExact?: string;
      readonly PathPrefix?: string;
      readonly PathRegex?: string;
      readonly CaseInsensitive?: boolean;
      readonly Methods?: readonly string[] | null;
      readonly Header?: readonly HttpMatch[] | null;
      readonly QueryParam?: readonly HttpMatch[] | null;
    } | null;
  } | null;
  readonly Destination?:
    | ({
        readonly PrefixRewrite?: string;
        readonly RequestTimeout?: string | number;
        readonly IdleTimeout?: string | number;
        readonly NumRetries?: number;
        readonly RetryOnConnectFailure?: boolean;
        readonly RetryOnStatusCodes?: readonly number[] | null;
        readonly RetryOn?: readonly string[] | null;
      } & HeaderChanges)
    | null;
}

export interface HttpMatch {
  readonly Name: string;
  readonly Present?: boolean;
  readonly Exact?: string;
  readonly Prefix?: string;
  readonly Suffix?: string;
  readonly Contains?: string;
  readonly Regex?: string;
  readonly Invert?: boolean;
  readonly IgnoreCase?: boolean;
}

export interface LoadBalancer {
  readonly Policy?: string;
  readonly RingHashConfig?: { readonly MinimumRingSize?: number; readonly MaximumRingSize?: number } | null;
  readonly LeastRequestConfig?: { readonly ChoiceCount?: number } | null;
  readonly HashPolicies?:
    | readonly {
        readonly Field?: string;
        readonly FieldValue?: string;
        readonly CookieConfig?: { readonly Session?: boolean; readonly TTL?: string; readonly Path?: string } | null;
        readonly SourceIP?: boolean;
        readonly Terminal?: boolean;
      }[]
    | null;
}

export interface ChainTarget {
  readonly ID: string;
  readonly Service: string;
  readonly ServiceSubset?: string;
  readonly Namespace?: string;
  readonly Datacenter: string;
  readonly MeshGateway?: { readonly Mode?: string };
  readonly Subset?: { readonly Filter?: string; readonly OnlyPassing?: boolean };
  readonly External?: boolean;
  readonly SNI: string;
  /** What clusters are called after it. */
  readonly Name: string;
  readonly ConnectTimeout?: string;
}

/** `GET /v1/health/connect/:service`, an instance a row. */
export interface HealthRow {
  readonly Node: {
    readonly Node: string;
    readonly Address: string;
    readonly Datacenter: string;
    readonly TaggedAddresses?: Readonly<Record<string, string>> | null;
  };
  readonly Service: {
    readonly ID: string;
    readonly Service: string;
    readonly Address: string;
    readonly Port: number;
    readonly Meta?: Readonly<Record<string, string>> | null;
    readonly Weights?: { readonly Passing: number; readonly Warning: number };
    readonly TaggedAddresses?: Readonly<Record<string, { readonly Address: string; readonly Port: number }>> | null;
    readonly Proxy?: { readonly DestinationServiceName?: string; readonly DestinationServiceID?: string } | null;
  };
  readonly Checks: readonly HealthCheck[];
}

export interface HealthCheck {
  readonly CheckID: string;
  readonly Status: string;
  /** What it said last; after a start of its agent, until it has run, what was stored of it. */
  readonly Output?: string;
  /** `alias`, `ttl`, `http`, …; empty from an agent that does not tell. */
  readonly Type?: string;
}
