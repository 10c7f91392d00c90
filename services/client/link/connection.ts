import { Client, type ClientDuplexStream, credentials, type ServiceError } from "@grpc/grpc-js";
import { MESSAGE_BYTES_MAX, type Method } from "#core/rpc";

/** A server that answers no ping for so long is gone. */
const KEEPALIVE_INTERVAL_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 5_000;
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MAX_MS = 5_000;

/** A stream of messages, each still in bytes. */
export type ByteStream = ClientDuplexStream<Buffer, Buffer>;

const asIs = (bytes: Buffer): Buffer => bytes;

/**
 * The connections to one server: one for the node stream, and a second for what is large or long, so that logs never
 * delay a heartbeat. Each is made when it is first used.
 */
export class Connections {
  readonly address: string;
  #control: Client | undefined;
  #data: Client | undefined;

  constructor(address: string) {
    this.address = address;
  }

  control(method: Method): ByteStream {
    this.#control ??= connect(this.address);
    return open(this.#control, method);
  }

  data(method: Method): ByteStream {
    this.#data ??= connect(this.address);
    return open(this.#data, method);
  }

  close(): void {
    this.#control?.close();
    this.#data?.close();
  }
}

function connect(address: string): Client {
  return new Client(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": MESSAGE_BYTES_MAX,
    "grpc.max_send_message_length": MESSAGE_BYTES_MAX,
    "grpc.keepalive_time_ms": KEEPALIVE_INTERVAL_MS,
    "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
    "grpc.initial_reconnect_backoff_ms": RECONNECT_FIRST_MS,
    "grpc.max_reconnect_backoff_ms": RECONNECT_MAX_MS,
    // Otherwise two clients of one address share a connection.
    "grpc.use_local_subchannel_pool": 1,
  });
}

function open(client: Client, { path }: Method): ByteStream {
  return client.makeBidiStreamRequest(path, asIs, asIs);
}

/** What went wrong, without gRPC's own words around it. */
export function reasonOf(error: Error): string {
  const details = (error as ServiceError).details || error.message;
  return /Last error: (?:Error: )?(.*?)\.? Resolution note:/.exec(details)?.[1] ?? details;
}
