/** The nouns of a Consul Connect mesh and what is decided about them without asking anybody. */
export * from "./chain.ts";
export { datacenterSni, serviceSni, serviceUri } from "./identity.ts";
export {
  ANY_SOURCE,
  type Call,
  decide,
  hasPermissions,
  type Intention,
  type IntentionPermission,
  type Verdict,
} from "./intention.ts";
export { parseShares, type Share, subsetFilter } from "./split.ts";
