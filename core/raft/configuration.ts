import { assert, utf8Decode, utf8Encode } from "#core/base";
import type { Entry, ServerId } from "./entry.ts";

/** A voter counts in every quorum; a non-voter receives the log and never counts, pre-votes or campaigns. */
export type Suffrage = "voter" | "nonvoter";

export interface Member {
  readonly id: ServerId;
  /** Where the transport finds it; opaque here. */
  readonly address: string;
  readonly suffrage: Suffrage;
}

/** Who belongs to the cluster; members are ordered by id so that equal configurations are equal bytes. */
export interface Configuration {
  readonly members: readonly Member[];
}

export const MEMBERS_MAX = 64;

export function configurationOf(members: readonly Member[]): Configuration {
  return { members: members.toSorted((left, right) => (left.id < right.id ? -1 : 1)) };
}

export function votersOf(configuration: Configuration): ServerId[] {
  return configuration.members.filter((member) => member.suffrage === "voter").map((member) => member.id);
}

/** The bytes of a configuration entry: JSON, because it is rare and worth reading in a dump of the log. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  return utf8Encode(JSON.stringify(configuration.members.map(({ id, address, suffrage }) => [id, address, suffrage])));
}

/** Undefined when the bytes are not a configuration; foreign bytes never throw. */
export function decodeConfiguration(bytes: Uint8Array): Configuration | undefined {
  const rows = parseRows(bytes);
  if (rows === undefined || rows.length > MEMBERS_MAX) return undefined;
  const members: Member[] = [];
  for (const row of rows) {
    const member = memberOf(row);
    if (member === undefined) return undefined;
    members.push(member);
  }
  return configurationOf(members);
}

function parseRows(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const rows: unknown = JSON.parse(utf8Decode(bytes));
    return Array.isArray(rows) ? rows : undefined;
  } catch {
    return undefined;
  }
}

function memberOf(row: unknown): Member | undefined {
  if (!Array.isArray(row) || row.length !== 3) return undefined;
  const [id, address, suffrage] = row as readonly unknown[];
  if (typeof id !== "string" || typeof address !== "string") return undefined;
  return suffrage === "voter" || suffrage === "nonvoter" ? { id, address, suffrage } : undefined;
}

interface Version {
  readonly index: number;
  readonly configuration: Configuration;
  readonly voters: readonly ServerId[];
}

/**
 * The configuration as a function of the log (thesis §4.1): the newest configuration entry rules from the moment it
 * is appended, and the one before it rules again when the entry is cut off.
 */
export class ConfigurationHistory {
  readonly #versions: Version[];

  constructor(index: number, configuration: Configuration) {
    this.#versions = [versionOf(index, configuration)];
  }

  get current(): Configuration {
    return this.#last.configuration;
  }

  get voters(): readonly ServerId[] {
    return this.#last.voters;
  }

  /** Who voted before the current configuration, as far as the log still says; nobody when it does not. */
  get previousVoters(): readonly ServerId[] {
    return this.#versions[this.#versions.length - 2]?.voters ?? [];
  }

  /** Index of the entry that made the current configuration. */
  get index(): number {
    return this.#last.index;
  }

  isVoter(id: ServerId): boolean {
    return this.#last.voters.includes(id);
  }

  has(id: ServerId): boolean {
    return this.#last.configuration.members.some((member) => member.id === id);
  }

  /** The configuration that ruled at `index`; a snapshot carries it. */
  at(index: number): Configuration {
    const version = this.#versions.findLast((candidate) => candidate.index <= index);
    assert(version !== undefined, () => `no configuration is known at index ${index}`);
    return version.configuration;
  }

  append(entry: Entry): void {
    if (entry.kind !== "configuration") return;
    const configuration = decodeConfiguration(entry.data);
    assert(configuration !== undefined, () => `entry ${entry.index} is no configuration`);
    assert(entry.index > this.index, "configurations are appended in order");
    this.#versions.push(versionOf(entry.index, configuration));
  }

  truncateAfter(index: number): void {
    while (this.#last.index > index) {
      assert(this.#versions.length > 1, "the configuration of the snapshot cannot be cut off");
      this.#versions.pop();
    }
  }

  /** Forgets what ruled before `index`. */
  releaseTo(index: number): void {
    while (this.#versions.length > 1 && (this.#versions[1] as Version).index <= index) this.#versions.shift();
  }

  reset(index: number, configuration: Configuration): void {
    this.#versions.length = 0;
    this.#versions.push(versionOf(index, configuration));
  }

  get #last(): Version {
    return this.#versions[this.#versions.length - 1] as Version;
  }
}

function versionOf(index: number, configuration: Configuration): Version {
  return { index, configuration, voters: votersOf(configuration) };
}
