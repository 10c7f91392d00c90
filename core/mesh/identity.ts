/** Names of identities in a Connect mesh. The open edition has one namespace, `default`. */

/** The URI in a service's certificate. */
export function serviceUri(trustDomain: string, datacenter: string, service: string): string {
  return `spiffe://${trustDomain}/ns/default/dc/${datacenter}/svc/${service}`;
}

/** The SNI of a whole datacenter, by which mesh gateways find each other. */
export function datacenterSni(trustDomain: string, datacenter: string): string {
  return `${datacenter}.internal.${trustDomain}`;
}

export function serviceSni(trustDomain: string, datacenter: string, service: string, subset = ""): string {
  return `${subset === "" ? "" : `${subset}.`}${service}.default.${datacenter}.internal.${trustDomain}`;
}
