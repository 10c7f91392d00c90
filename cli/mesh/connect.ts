import { type Clock, type Logger, ok, type Random, type Result, type Timers } from "#core/base";
import {
  addressFrom,
  type AddressFlags,
  type ConsulIdentity,
  NpmTransport,
  probe,
  type Transport,
} from "#integrations/consul";

/** What every command of the mesh works with. */
export interface MeshContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

export interface ConnectedConsul {
  readonly transport: Transport;
  readonly identity: ConsulIdentity;
  /** As it is shown. */
  readonly address: string;
}

/** Reaches the Consul agent that flags and environment name, and asks what it is. */
export async function connectConsul(
  flags: AddressFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<ConnectedConsul>> {
  const address = addressFrom(flags, env);
  if (!address.ok) return address;
  const transport = new NpmTransport(address.value);
  const identity = await probe(transport);
  if (!identity.ok) {
    transport.close();
    return identity;
  }
  return ok({ transport, identity: identity.value, address: address.value.socketPath ?? address.value.url });
}
