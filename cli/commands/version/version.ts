import { product } from "#core/base";
import type { Command } from "#cli/shell";

export const command: Command = {
  path: ["version"],
  summary: "Prints the version",
  usage: "",
  help: "Prints the version of this program.",
  usesApi: false,
  flags: [],
  run: async ({ program, io }) => {
    const isCompatible = program === product.compatibleName;
    io.out(isCompatible ? `Nomad v${product.compatibleVersion}\n` : `${product.displayName} v${product.version}\n`);
    return 0;
  },
};
