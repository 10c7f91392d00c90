import { err, ok, type Result } from "#core/base";
import { decide, type Verdict } from "#core/mesh";
import { matchIntentions, needsPermissions, readEntry, withPermissions } from "#integrations/consul";
import { connectConsul } from "../connect.ts";

export interface CheckCommand {
  readonly consul: { readonly address: string | undefined; readonly token: string | undefined };
  readonly source: string;
  readonly destination: string;
  /** Undefined: the connection as such. */
  readonly request: { readonly method: string; readonly path: string } | undefined;
}

/** Whether a call is allowed, and which intention says so: decided here as Envoy will decide it. */
export async function checkCall(
  command: CheckCommand,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<Verdict>> {
  const consul = await connectConsul(command.consul, env);
  if (!consul.ok) return consul;
  const { transport, identity } = consul.value;
  const matched = await matchIntentions(transport, command.destination);
  const isNewer = matched.ok && needsPermissions(matched.value);
  const entry = isNewer ? await readEntry(transport, "service-intentions", command.destination) : ok(null);
  transport.close();
  if (!matched.ok) return matched;
  if (!entry.ok) return entry;
  const intentions = withPermissions(matched.value, entry.value);
  const { source, request, destination } = command;
  const needsRequest = intentions.some((each) => each.SourceName === source && (each.Permissions?.length ?? 0) > 0);
  if (needsRequest && !request)
    return err("invalid", `what ${source} may do at ${destination} depends on the request`, {
      field: "-path",
      hint: "name it with -path and -method",
    });
  return ok(
    decide(intentions, identity.defaultAllow, { source, ...(request && { request: { ...request, headers: {} } }) }),
  );
}
