import { ok, type Result, Secret } from "#core/base";
import { callExisting, callVoid } from "./call.ts";
import type { Transport } from "./transport.ts";

/** Logs in with a workload's JWT; the token is that workload's own (`POST /v1/acl/login`). */
export async function login(
  transport: Transport,
  method: string,
  bearer: Secret,
  meta: Readonly<Record<string, string>>,
): Promise<Result<{ readonly accessorId: string; readonly token: Secret }>> {
  const answer = await callExisting<{ readonly AccessorID: string; readonly SecretID: string }>(transport, {
    method: "POST",
    path: "/acl/login",
    body: { AuthMethod: method, BearerToken: bearer.reveal("authenticate"), Meta: meta },
    needs: `a binding rule of the auth method ${JSON.stringify(method)}`,
  });
  if (!answer.ok) return answer;
  return ok({ accessorId: answer.value.AccessorID, token: new Secret(answer.value.SecretID) });
}

/** Gives up the token with which the transport speaks. */
export function logout(transport: Transport): Promise<Result<void>> {
  return callVoid(transport, { method: "POST", path: "/acl/logout" });
}
