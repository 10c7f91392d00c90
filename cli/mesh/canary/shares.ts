import { err, ok, type Result } from "#core/base";
import type { CanaryPlan } from "#core/delivery";
import type { Share } from "#core/mesh";
import type { ServiceSplitter, Transport } from "#integrations/consul";
import { clearSplitter, OWNER, readEntries, writeDefaultSubset, writeShares } from "../split/entries.ts";
import { split } from "../split/split.ts";

/** The splitter of the service, as long as nobody else changes it. */
export class ShareWriter {
  readonly #transport: Transport;
  readonly #plan: CanaryPlan;
  readonly #key: string;
  readonly #force: boolean;
  /** Of the splitter as we wrote it; undefined before the first writing. */
  #index: number | undefined;
  #canaryPercent: number | undefined;

  constructor(transport: Transport, plan: CanaryPlan, key: string, force: boolean) {
    this.#transport = transport;
    this.#plan = plan;
    this.#key = key;
    this.#force = force;
  }

  /** What Consul has of us. */
  get canaryPercent(): number | undefined {
    return this.#canaryPercent;
  }

  /** At the start: everything is looked at first, and the subsets are written. */
  async begin(): Promise<Result<void>> {
    const { service } = this.#plan;
    const shares = this.#shares(0);
    const done = await split(this.#transport, { service, shares, key: this.#key, force: this.#force });
    return done.ok ? this.#remember(0) : done;
  }

  /** Refuses to write over what somebody else has written since. */
  async write(canaryPercent: number): Promise<Result<void>> {
    const { service } = this.#plan;
    const entries = await readEntries(this.#transport, service);
    if (!entries.ok) return entries;
    const { splitter } = entries.value;
    const found = splitter?.ModifyIndex ?? 0;
    const isForeign = splitter !== null && splitter.Meta?.["owner"] !== OWNER;
    const isChanged = this.#index !== undefined && found !== this.#index;
    // A write whose answer was lost is ours none the less.
    const isDone = splitter !== null && !isForeign && percentIn(splitter.Splits, this.#plan.to) === canaryPercent;
    if (isDone) return this.#remember(canaryPercent);
    if (isForeign || isChanged) return this.#changed();
    const written = await writeShares(this.#transport, service, splitter, this.#shares(canaryPercent));
    return written.ok ? this.#remember(canaryPercent) : written;
  }

  /** After promotion: what stays, in words. */
  async settle(): Promise<Result<string>> {
    const { service, to, from, keep } = this.#plan;
    const kept = ok(`service-splitter/${service} stays at ${from}=0 ${to}=100`);
    if (keep) return kept;
    const entries = await readEntries(this.#transport, service);
    if (!entries.ok) return entries;
    const { resolver, splitter } = entries.value;
    if (splitter && !this.#isAtEnd(splitter)) return this.#changed();
    if (resolver?.Meta?.["owner"] !== OWNER) return kept;
    const moved = await writeDefaultSubset(this.#transport, resolver, to);
    if (!moved.ok) return moved;
    const cleared = splitter ? await clearSplitter(this.#transport, splitter) : ok(undefined);
    if (!cleared.ok) return cleared;
    return ok(`service-resolver/${service} sends everything to ${to}; service-splitter/${service} is removed`);
  }

  /** Ours, with everything at the new version or already neutral: all that settling may take away. */
  #isAtEnd({ Meta: meta, Splits: splits }: ServiceSplitter): boolean {
    const isNeutral = splits.length === 1 && splits[0]?.ServiceSubset === undefined;
    return meta?.["owner"] === OWNER && (isNeutral || percentIn(splits, this.#plan.to) === 100);
  }

  #changed(): Result<never> {
    return err("conflict", `service-splitter/${this.#plan.service} was changed by somebody else during the canary`, {
      hint: "it is left as it is, and the canary stops",
    });
  }

  async #remember(canaryPercent: number): Promise<Result<void>> {
    const entries = await readEntries(this.#transport, this.#plan.service);
    if (!entries.ok) return entries;
    this.#index = entries.value.splitter?.ModifyIndex;
    this.#canaryPercent = canaryPercent;
    return ok(undefined);
  }

  #shares(canaryPercent: number): Share[] {
    const { from, to } = this.#plan;
    return [
      { subset: from, percent: Number((100 - canaryPercent).toFixed(2)) },
      { subset: to, percent: canaryPercent },
    ];
  }
}

function percentIn(
  splits: readonly { readonly Weight: number; readonly ServiceSubset?: string }[],
  subset: string,
): number {
  return splits.find(({ ServiceSubset }) => ServiceSubset === subset)?.Weight ?? 0;
}
