/** Tasks that run together on one node. */
import {
  bool,
  durationNs,
  int,
  list,
  map,
  ref,
  text,
  struct,
  type DraftFields,
  type InferFields,
  type Struct,
} from "#core/schema";
import { Affinity, Constraint, Spread } from "./constraint.ts";
import { Consul } from "./identity.ts";
import { NetworkResource } from "./network.ts";
import {
  DisconnectStrategy,
  EphemeralDisk,
  MigrateStrategy,
  ReschedulePolicy,
  RestartPolicy,
  ScalingPolicy,
  UpdateStrategy,
} from "./policy.ts";
import { Service } from "./service.ts";
import { Task } from "./task.ts";
import { VolumeRequest } from "./volume.ts";

const taskGroupFields = {
  name: text(1),
  count: int(2),
  update: ref(3, () => UpdateStrategy, { nullable: true }),
  migrate: ref(4, () => MigrateStrategy, { nullable: true }),
  constraints: list(
    5,
    ref.of(() => Constraint),
  ),
  scaling: ref(6, () => ScalingPolicy, { nullable: true }),
  restartPolicy: ref(7, () => RestartPolicy, { nullable: true }),
  disconnect: ref(8, () => DisconnectStrategy, { nullable: true }),
  tasks: list(
    9,
    ref.of(() => Task),
  ),
  ephemeralDisk: ref(10, () => EphemeralDisk, { nullable: true }),
  meta: map(11, text),
  reschedulePolicy: ref(12, () => ReschedulePolicy, { nullable: true }),
  affinities: list(
    13,
    ref.of(() => Affinity),
  ),
  spreads: list(
    14,
    ref.of(() => Spread),
  ),
  networks: list(
    15,
    ref.of(() => NetworkResource),
  ),
  consul: ref(16, () => Consul, { nullable: true }),
  services: list(
    17,
    ref.of(() => Service),
  ),
  volumes: map(
    18,
    ref.of(() => VolumeRequest),
  ),
  shutdownDelayNs: durationNs(19, { nullable: true }),
  maxRunDurationNs: durationNs(20, { nullable: true }),
  stopAfterClientDisconnectNs: durationNs(21, { nullable: true }),
  maxClientDisconnectNs: durationNs(22, { nullable: true }),
  preventRescheduleOnLost: bool(23),
};
export interface TaskGroup extends InferFields<typeof taskGroupFields> {}
export interface TaskGroupDraft extends DraftFields<typeof taskGroupFields> {}
export const TaskGroup: Struct<TaskGroup, TaskGroupDraft> = struct("TaskGroup", taskGroupFields);
