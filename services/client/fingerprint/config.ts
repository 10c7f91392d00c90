/** What the agent's configuration says about this machine; 0 and "" stand for "measure it". */
export interface FingerprintConfig {
  readonly allocDirectory: string;
  /** The interface whose addresses tasks get; "" for the one with the default route. */
  readonly networkInterface: string;
  /** Takes only the loopback interface, as `-dev` does. */
  readonly loopbackOnly: boolean;
  readonly networkSpeedMbits: number;
  readonly cpuTotalComputeMhz: number;
  readonly memoryTotalMib: number;
  readonly diskTotalMib: number;
  readonly diskFreeMib: number;
  readonly minDynamicPort: number;
  readonly maxDynamicPort: number;
  readonly reserved: ReservedConfig;
  /** `options`: `fingerprint.denylist`, `fingerprint.allowlist`, `driver.allowlist`, `driver.denylist`. */
  readonly options: Readonly<Record<string, string>>;
  /** `IP:port` under which the node's HTTP API is reached. */
  readonly advertiseAddress: string;
}

export interface ReservedConfig {
  readonly cpuMhz: number;
  readonly memoryMib: number;
  readonly diskMib: number;
  readonly ports: string;
  readonly cores: readonly number[];
}

/** Whether an option list such as `driver.allowlist = "raw_exec,docker"` lets `name` through. */
export function isAllowed(
  options: Readonly<Record<string, string>>,
  kind: "driver" | "fingerprint",
  name: string,
): boolean {
  const allow = words(options[`${kind}.allowlist`] ?? options[`${kind}.whitelist`]);
  const deny = words(options[`${kind}.denylist`] ?? options[`${kind}.blacklist`]);
  return !deny.includes(name) && (allow.length === 0 || allow.includes(name));
}

function words(list: string | undefined): string[] {
  return (list ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
