/** What this machine is and has: attributes, resources, drivers. */
export type { FingerprintConfig, ReservedConfig } from "./config.ts";
export { type Fingerprint, fingerprintMachine } from "./machine.ts";
export { type DiskSpace, diskSpace } from "./system.ts";
