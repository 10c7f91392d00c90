import type { Dialect, TemplateText } from "#core/template";
import { deniedByDefault } from "#core/template";
import type { RenderSettings } from "./protocol.ts";

/** What tests of this module render with. */
export const settings: RenderSettings = {
  nowMs: 1_700_000_000_000,
  environment: { A: "b" },
  addresses: [{ name: "lo", cidr: "127.0.0.1/8", flags: ["up", "loopback"] }],
  failsOnMissingKey: false,
  denied: deniedByDefault.filter((name) => name !== "executeTemplate"),
  sandbox: { base: "/nowhere", roots: ["/nowhere"] },
};

export function text(source: string, dialect: Dialect = "go"): TemplateText {
  return { source, file: "(dynamic)", dialect, delimiters: { left: "{{", right: "}}" } };
}
