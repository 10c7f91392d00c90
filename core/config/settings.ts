import type { Settings } from "./key.ts";
import { agentKeys } from "./keys.ts";
import { mergeTrees } from "./merge.ts";
import type { ConfigFile, Tree } from "./read.ts";

/** What the files say, typed by the table of keys. */
export type AgentSettings = Settings<typeof agentKeys>;

/** Files in their order, the later over the earlier. */
export function mergeFiles(files: readonly ConfigFile[]): AgentSettings {
  return files.reduce<Tree>((merged, file) => mergeTrees(merged, file.tree, agentKeys), {}) as AgentSettings;
}
