import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentProcess, conformanceFolder } from "#test/support";

/** A fresh agent, as the golden cases want it. */
export interface TestAgent {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts an agent with configuration files of the golden cases, on free ports, in an empty folder. */
export async function startTestAgent(configs: readonly string[]): Promise<TestAgent> {
  const folder = mkdtempSync(join(tmpdir(), "drover-ratchet-"));
  const where = configs.includes("persistent") ? ["-data-dir", join(folder, "data")] : ["-dev"];
  const files = configs.flatMap((name) => ["-config", join(conformanceFolder("agents"), `${name}.hcl`)]);
  try {
    const agent = await AgentProcess.start([...where, ...files], folder);
    const stop = async (): Promise<void> => {
      await agent.stop();
      rmSync(folder, { recursive: true, force: true });
    };
    return { address: agent.address, stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
