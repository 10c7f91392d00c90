/** A question that Consul answers again when its answer changes (docs: features/blocking). */
export interface Question {
  /** Below `/v1`, its parts encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** `index`: most endpoints; `hash`: those of the agent's own state. */
  readonly by: "index" | "hash";
  readonly needs?: string;
}
