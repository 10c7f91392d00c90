/** Networks that a group asks for, and those of an allocation. */
import { bool, int, list, map, ref, text, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const cniConfigFields = {
  args: map(1, text),
};
export interface CNIConfig extends InferFields<typeof cniConfigFields> {}
export interface CNIConfigDraft extends DraftFields<typeof cniConfigFields> {}
export const CNIConfig: Struct<CNIConfig, CNIConfigDraft> = struct("CNIConfig", cniConfigFields);

const dnsConfigFields = {
  servers: list(1, text),
  searches: list(2, text),
  options: list(3, text),
};
export interface DNSConfig extends InferFields<typeof dnsConfigFields> {}
export interface DNSConfigDraft extends DraftFields<typeof dnsConfigFields> {}
export const DNSConfig: Struct<DNSConfig, DNSConfigDraft> = struct("DNSConfig", dnsConfigFields);

const portFields = {
  label: text(1, { draftZero: true }),
  value: int(2, { draftZero: true, omitEmpty: true }),
  to: int(3, { draftZero: true, omitEmpty: true }),
  hostNetwork: text(4, { draftZero: true }),
  ignoreCollision: bool(5, { draftZero: true, omitEmpty: true }),
};
export interface Port extends InferFields<typeof portFields> {}
export interface PortDraft extends DraftFields<typeof portFields> {}
export const Port: Struct<Port, PortDraft> = struct("Port", portFields);

const networkResourceFields = {
  mode: text(1, { draftZero: true, omitEmpty: true }),
  device: text(2, { draftZero: true, omitEmpty: true }),
  cidr: text(3, { draftZero: true, omitEmpty: true }),
  ip: text(4, { draftZero: true, omitEmpty: true }),
  hostname: text(5, { draftZero: true, omitEmpty: true }),
  mBits: int(6, { omitEmpty: true }),
  dns: ref(7, () => DNSConfig, { nullable: true, omitEmpty: true }),
  reservedPorts: list(
    8,
    ref.of(() => Port),
    { omitEmpty: true },
  ),
  dynamicPorts: list(
    9,
    ref.of(() => Port),
    { omitEmpty: true },
  ),
  cni: ref(10, () => CNIConfig, { nullable: true, omitEmpty: true }),
};
export interface NetworkResource extends InferFields<typeof networkResourceFields> {}
export interface NetworkResourceDraft extends DraftFields<typeof networkResourceFields> {}
export const NetworkResource: Struct<NetworkResource, NetworkResourceDraft> = struct(
  "NetworkResource",
  networkResourceFields,
);
