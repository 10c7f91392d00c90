import type { Endpoint, Method } from "./endpoint.ts";
import { aclRoutes, type EndpointName, endpoints, enterpriseRoutes, notBuiltRoutes } from "./endpoints.ts";

export type PathParams = Readonly<Record<string, string>>;

/** What a method and a path mean. It never throws, whatever the path. */
export type Route =
  | { readonly kind: "endpoint"; readonly name: EndpointName; readonly params: PathParams }
  | { readonly kind: "wrong-method" | "unknown" | "enterprise" | "acl" | "not-built" };

interface Pattern {
  readonly expression: RegExp;
  readonly names: readonly string[];
  /** More fixed characters first: a suffix wins over an id that happens to end like it. */
  readonly weight: number;
  readonly byMethod: ReadonlyMap<string, EndpointName>;
  readonly kind: "endpoint" | "enterprise" | "acl" | "not-built";
}

const patterns = compile();

/** `/v1/job/a/b/plan` is the plan of job `a/b`: what comes before a known suffix is the id. `path` is decoded. */
export function routeOf(method: string, path: string): Route {
  for (const pattern of patterns) {
    const found = pattern.expression.exec(path);
    if (!found) continue;
    if (pattern.kind !== "endpoint") return { kind: pattern.kind };
    const name = pattern.byMethod.get(method);
    if (name === undefined) return { kind: "wrong-method" };
    const params = Object.fromEntries(pattern.names.map((param, index) => [param, found[index + 1] as string]));
    return { kind: "endpoint", name, params };
  }
  return { kind: "unknown" };
}

function compile(): readonly Pattern[] {
  const byPath = new Map<string, Map<string, EndpointName>>();
  for (const [name, endpoint] of Object.entries(endpoints) as [EndpointName, Endpoint][]) {
    const methods = byPath.get(endpoint.path) ?? new Map<string, EndpointName>();
    for (const method of endpoint.methods) methods.set(method satisfies Method, name);
    byPath.set(endpoint.path, methods);
  }
  const built = [...byPath].map(([path, byMethod]) => patternOf(path, byMethod, "endpoint"));
  const none = new Map<string, EndpointName>();
  const others = [
    ...enterpriseRoutes.map((path) => patternOf(path, none, "enterprise")),
    ...aclRoutes.map((path) => patternOf(path, none, "acl")),
    ...notBuiltRoutes.filter((path) => !byPath.has(path)).map((path) => patternOf(path, none, "not-built")),
  ];
  return [...built, ...others].toSorted((left, right) => right.weight - left.weight);
}

function patternOf(path: string, byMethod: ReadonlyMap<string, EndpointName>, kind: Pattern["kind"]): Pattern {
  const names: string[] = [];
  const source = path.replace(/:([a-z]+)(\+?)/g, (_, name: string, plus: string) => {
    names.push(name);
    // The compatible API takes an empty id where any id may stand, and then does not find it.
    return plus === "+" ? "(.*)" : "([^/]*)";
  });
  const weight = path.replace(/:[a-z]+\+?/g, "").length + (names.length === 0 ? 1000 : 0);
  return {
    expression: new RegExp(`^${source.replaceAll(".", "\\.").replaceAll("(\\.*)", "(.*)")}$`),
    names,
    weight,
    byMethod,
    kind,
  };
}
