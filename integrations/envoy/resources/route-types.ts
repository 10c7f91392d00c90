/** The parts of a route under shorter names than the generated ones. */
export type {
  QueryParameterMatcherJson,
  RetryPolicyJson,
  RouteAction_HashPolicyJson as RouteActionHashPolicyJson,
  RouteActionJson,
  VirtualHostJson,
  RouteJson,
  RouteMatchJson,
} from "#envoy/envoy/config/route/v3/route_components";
export type { RouteConfigurationJson } from "#envoy/envoy/config/route/v3/route";
