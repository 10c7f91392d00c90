import {
  GoMap,
  List,
  type Method,
  stringMap,
  strings,
  Struct,
  type StructType,
  type Value,
  plainText,
} from "../values/value.ts";

/** The documented objects that data functions return, with their fields in Go's order. */
function pointer(name: string, fields: string, more: Partial<StructType> = {}): StructType {
  return { name: `dependency.${name}`, isPointer: true, fields: fields.split(" "), ...more };
}

export const keyPairType = pointer("KeyPair", "Path Key Value Exists CreateIndex ModifyIndex LockIndex Flags Session");
export const nodeType = pointer("Node", "ID Node Address Datacenter TaggedAddresses Meta");
export const catalogNodeType = pointer("CatalogNode", "Node Services");
export const catalogNodeServiceType = pointer(
  "CatalogNodeService",
  "ID Service Tags Meta Port Address EnableTagOverride",
);
export const catalogSnippetType = pointer("CatalogSnippet", "Name Tags");
export const healthServiceType = pointer(
  "HealthService",
  "Node NodeID NodeAddress NodeDatacenter NodeTaggedAddresses NodeMeta ServiceMeta Address ServiceTaggedAddresses ID Name Tags Checks Status Port Weights Namespace",
);
export const healthCheckType: StructType = {
  ...pointer("HealthCheck", "Node CheckID Name Status Notes Output ServiceID ServiceName ServiceTags Type Namespace"),
  name: "api.HealthCheck",
};
export const weightsType: StructType = { name: "api.AgentWeights", isPointer: false, fields: ["Passing", "Warning"] };
export const serviceAddressType: StructType = {
  name: "api.ServiceAddress",
  isPointer: false,
  fields: ["Address", "Port"],
};
export const caRootType: StructType = {
  name: "api.CARoot",
  isPointer: true,
  fields: ["ID", "Name", "RootCertPEM", "Active", "CreateIndex", "ModifyIndex"],
};
export const leafCertType: StructType = {
  name: "api.LeafCert",
  isPointer: true,
  fields: [
    "SerialNumber",
    "CertPEM",
    "PrivateKeyPEM",
    "Service",
    "ServiceURI",
    "ValidAfter",
    "ValidBefore",
    "CreateIndex",
    "ModifyIndex",
  ],
};
export const secretType = pointer("Secret", "RequestID LeaseID LeaseDuration Renewable Data Warnings Auth WrapInfo");
export const secretAuthType = pointer("SecretAuth", "ClientToken Accessor Policies Metadata LeaseDuration Renewable");
export const secretWrapType = pointer("SecretWrapInfo", "Token TTL CreationTime WrappedAccessor");
export const certificateType = pointer("PemEncoded", "Cert Key CA CAChain Data");
export const nomadServiceType = pointer("NomadService", "ID Name Node Address Port Datacenter Tags JobID AllocID");
export const nomadServiceSnippetType = pointer("NomadServicesSnippet", "Name Tags");

const noParams: readonly string[] = [];
const method = (call: (self: never) => Value): Method => ({ params: noParams, call });

export const variableMetaType = pointer(
  "NomadVarMeta",
  "Namespace Path CreateIndex ModifyIndex CreateTime ModifyTime",
  { show: (self) => plainText(self.values["Path"]) },
);

const tupleType: StructType = { name: "dependency.nvPair", isPointer: false, fields: ["K", "V"] };

/** An item of a variable: prints its value, knows its variable. */
const variableItemType: StructType = {
  name: "dependency.NomadVarItem",
  isPointer: true,
  fields: ["Key", "Value"],
  show: (self) => plainText(self.values["Value"]),
  encode: (self) => self.values["Value"],
  methods: {
    Metadata: method((self: Struct) => self.inner as Value),
    Parent: method((self: Struct) => self.inner as Value),
  },
};

function itemsOf(self: GoMap): [string, Struct][] {
  return [...self.entries].filter((entry): entry is [string, Struct] => entry[1] instanceof Struct).sort(byKey);
}

function byKey([left]: readonly [string, Struct], [right]: readonly [string, Struct]): number {
  return left < right ? -1 : 1;
}

/** A variable: a map of items with methods. */
export function variableOf(items: Readonly<Record<string, string>>, meta: Struct): GoMap {
  const made = new GoMap({
    key: "string",
    element: "*dependency.NomadVarItem",
    named: "dependency.NomadVarItems",
    methods: {
      Keys: method((self: GoMap) => strings(itemsOf(self).map(([key]) => key))),
      Values: method((self: GoMap) => strings(itemsOf(self).map(([, item]) => plainText(item.values["Value"])))),
      Tuples: method(
        (self: GoMap) =>
          new List(
            itemsOf(self).map(([key, item]) => new Struct(tupleType, { K: key, V: item.values["Value"] })),
            "dependency.nvPair",
          ),
      ),
      Metadata: method(() => meta),
      Parent: method(() => meta),
    },
  });
  for (const [key, value] of Object.entries(items))
    made.entries.set(key, new Struct(variableItemType, { Key: key, Value: value }, meta));
  return made;
}

export function stringMapOf(items: Readonly<Record<string, string>> | undefined): GoMap {
  return new GoMap(stringMap, Object.entries(items ?? {}));
}
