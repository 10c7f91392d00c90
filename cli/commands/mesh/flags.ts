import { ok, type Result } from "#core/base";
import { type AdminPlace, parsePlace } from "#cli/mesh";
import type { Flag, Flags } from "#cli/shell";

export const consulAddress: Flag = {
  name: "consul-addr",
  type: "text",
  value: "url",
  help: "The Consul agent. Default http://127.0.0.1:8500.",
};

/** Of what runs an Envoy. */
export const envoyFlags: readonly Flag[] = [
  { name: "mesh-gateway", type: "text", value: "name", help: "Service name of mesh gateways. Default mesh-gateway." },
  { name: "envoy", type: "text", value: "path", help: "The Envoy to run. Default: envoy of the PATH." },
  {
    name: "admin-bind",
    type: "text",
    value: "address:port",
    help: "Where Envoy's admin interface is reached too, by whoever reaches that port. Default: a socket of the user's only.",
  },
  consulAddress,
];

export function adminBindOf(flags: Flags): Result<AdminPlace | undefined> {
  const named = flags.text("admin-bind");
  return named === undefined ? ok(undefined) : parsePlace(named, "-admin-bind");
}

/** Of what runs until a signal. */
export const runningFlags: readonly Flag[] = [
  { name: "bootstrap", type: "bool", help: "Prints the bootstrap for an Envoy that somebody else runs, and ends." },
  { name: "log-level", type: "text", value: "level", help: "trace, debug, info, warn or error." },
  { name: "log-json", type: "bool", help: "Writes logs as JSON." },
];
