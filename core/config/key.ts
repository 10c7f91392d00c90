/** What a configuration key holds. `labelled` blocks repeat, told apart by their label; `any` is kept as written. */
export type Key =
  | { readonly kind: "text" | "bool" | "int" | "float" | "duration" | "list" | "map" | "any" }
  | { readonly kind: "block" | "labelled"; readonly keys: Keys };

export type Keys = { readonly [name: string]: Key };

type Value<K extends Key> = K extends { readonly kind: "block"; readonly keys: infer N extends Keys }
  ? Settings<N>
  : K extends { readonly kind: "labelled"; readonly keys: infer N extends Keys }
    ? Readonly<Record<string, Settings<N>>>
    : K extends { readonly kind: "text" }
      ? string
      : K extends { readonly kind: "bool" }
        ? boolean
        : K extends { readonly kind: "int" | "float" }
          ? number
          : K extends { readonly kind: "duration" }
            ? DurationMs
            : K extends { readonly kind: "list" }
              ? readonly string[]
              : K extends { readonly kind: "map" }
                ? Readonly<Record<string, string>>
                : unknown;

/** Milliseconds. */
type DurationMs = number;

/** What was set of a block's keys; the rest is absent. */
export type Settings<N extends Keys> = { readonly [K in keyof N]?: Value<N[K]> };
