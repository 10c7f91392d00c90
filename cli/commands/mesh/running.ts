import type { Failure, Result } from "#core/base";
import { parseLevel } from "#cli/agent";
import { type MeshContext, type RunningProxy, systemMesh } from "#cli/mesh";
import { type Context, fail } from "#cli/shell";

/** What a long-running command of the mesh works with. */
export function meshContext({ flags, env }: Context): MeshContext {
  const level = parseLevel(flags.text("log-level") ?? "info") ?? "info";
  return systemMesh(env, { level, json: flags.bool("log-json") });
}

/** Until the first signal, or until what the proxy stands for is no more; then it leaves. */
export async function runUntilSignal(
  context: Context,
  mesh: MeshContext,
  start: () => Promise<Result<RunningProxy>>,
): Promise<number> {
  const stopped = firstSignal();
  const proxy = await start();
  if (!proxy.ok) return fail(context, "", proxy.failure);
  const reason = await Promise.race([stopped, proxy.value.gone.then(() => "the service was deregistered")]);
  return leave(context, mesh, proxy.value, reason);
}

async function leave(context: Context, mesh: MeshContext, proxy: RunningProxy, reason: string): Promise<number> {
  mesh.logger.log("info", "leaving", { reason });
  const left = await proxy.leave();
  if (left.ok) return 0;
  const { message }: Failure = left.failure;
  return fail(context, "", { ...left.failure, message: `the proxy is still registered: ${message}` });
}

/** Resolves at the first signal; the second ends the process at once. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let count = 0;
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(name, () => (++count === 1 ? resolve(name) : process.exit(130)));
  });
}
