import { isSame, type ProcessIdentity } from "#client/process";

/** Envoy comes back to its control plane within two seconds; a machine that is short of time may need a few of them. */
const AWAY_MAX_MS = 10_000;

/**
 * Whether others may connect: Envoy runs and has accepted the listener. One that has lost its control plane for a moment, or
 * was adopted a moment ago, goes on serving: to call it unwell would take a healthy service out.
 */
export class Readiness {
  readonly #nowMs: () => number;
  #known: { readonly envoy: ProcessIdentity; readonly atMs: number } | undefined;

  /** `adopted` is an Envoy that runs already: its owner before has brought it so far. */
  constructor(nowMs: () => number, adopted: ProcessIdentity | undefined) {
    this.#nowMs = nowMs;
    this.#know(adopted);
  }

  /** `hasListener` is what the control plane knows; undefined while Envoy is not connected to it. */
  isReady(hasListener: boolean | undefined, envoy: ProcessIdentity | undefined): boolean {
    if (hasListener) this.#know(envoy);
    if (hasListener !== undefined) return hasListener;
    const known = this.#known;
    if (!known || (envoy !== undefined && envoy.pid !== known.envoy.pid)) return false;
    return this.#nowMs() - known.atMs < AWAY_MAX_MS && isSame(known.envoy);
  }

  #know(envoy: ProcessIdentity | undefined): void {
    if (envoy) this.#known = { envoy, atMs: this.#nowMs() };
  }
}
