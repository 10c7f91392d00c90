/**
 * The ground floor: assertions, failures as values, contracts for what is handed in (clock, random, logger),
 * and the few containers everybody needs. Imports nothing.
 */
export { assert, unreachable } from "./assert.ts";
export { utf8Decode, utf8Encode, compareBytes, concatBytes, toHex, fromHex } from "./bytes.ts";
export { ByteReader, ByteWriter } from "./byte-fields.ts";
export { BoundedQueue } from "./bounded-queue.ts";
export {
  type Buggify,
  type Clock,
  type Instant,
  type Logger,
  type LogFields,
  type LogLevel,
  neverBuggify,
  type Random,
  type TimerHandle,
  type Timers,
} from "./contracts.ts";
export { crc32c } from "./crc32c.ts";
export { type ChecksumMemory, compiledMemory, plainMemory } from "./crc32c-memory.ts";
export { ExactNumber } from "./exact-number.ts";
export {
  type Failure,
  type FailureCode,
  FailureError,
  type FailureExtra,
  failure,
  failureCodes,
  failureOf,
  type Place,
  type Result,
  retryClass,
  httpStatus,
  err,
  ok,
} from "./failure.ts";
export { Heap } from "./heap.ts";
export { isUuid, shortId, uuidFromBytes, uuidFrom, uuidToBytes } from "./ids.ts";
export { nearest } from "./nearest.ts";
export { pick } from "./pick.ts";
export { product } from "./product.ts";
export { Prng } from "./prng.ts";
export { REDACTED, Secret } from "./secret.ts";
