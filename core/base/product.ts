/** The identity of the product: everything that names it, and everything it must be called for compatibility. */
export const product = {
  name: "drover",
  displayName: "Drover",
  version: "0.1.0",
  /** What clients that ask for a Nomad version are told (`attr.nomad.version`, member tag `build`). */
  compatibleVersion: "2.0.6",
  compatibleName: "nomad",
  /** Environment prefixes in the order in which they are read; the first that is set wins. */
  environmentPrefixes: ["DROVER_", "NOMAD_"],
} as const;
