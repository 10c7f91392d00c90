interface ConsulScope {
  readonly datacenter: string;
  readonly namespace: string;
  readonly partition: string;
  readonly peer: string;
  readonly samenessGroup: string;
}

/** Something outside the template whose value it needs. Its name tells users and logs which. */
export type Dependency = { readonly name: string } & (
  | (ConsulScope & { readonly kind: "key"; readonly path: string; readonly form: "block" | "exists" | "default" })
  | (ConsulScope & { readonly kind: "keyList"; readonly prefix: string })
  | (ConsulScope & {
      readonly kind: "service";
      readonly service: string;
      readonly tag: string;
      readonly near: string;
      readonly filters: readonly string[];
      /** Asks for what speaks for the service in the mesh. */
      readonly isConnect: boolean;
    })
  | (ConsulScope & { readonly kind: "services" })
  | (ConsulScope & { readonly kind: "nodes"; readonly near: string })
  | (ConsulScope & { readonly kind: "node"; readonly node: string })
  | { readonly kind: "datacenters"; readonly ignoresFailing: boolean }
  | { readonly kind: "partitions" | "peerings" | "caRoots" }
  | { readonly kind: "exportedServices" | "importedServices"; readonly partition: string }
  | { readonly kind: "caLeaf"; readonly service: string }
  | {
      readonly kind: "secret";
      readonly path: string;
      /** Undefined for a read. */
      readonly parameters: Readonly<Record<string, string>> | undefined;
    }
  | { readonly kind: "certificate"; readonly path: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "secretList"; readonly path: string }
  | { readonly kind: "nomadServices"; readonly region: string }
  | {
      readonly kind: "nomadService";
      readonly service: string;
      readonly tag: string;
      readonly region: string;
      readonly choose: { readonly count: number; readonly key: string } | undefined;
    }
  | {
      readonly kind: "variable";
      readonly path: string;
      readonly namespace: string;
      readonly region: string;
      readonly form: "block" | "exists";
    }
  | { readonly kind: "variableList"; readonly prefix: string; readonly namespace: string; readonly region: string }
  | { readonly kind: "file"; readonly path: string }
);

export type DependencyOf<K extends Dependency["kind"]> = Extract<Dependency, { readonly kind: K }>;
