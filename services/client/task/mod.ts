/** What a task finds when it starts: directories, environment, interpolated configuration. */
export {
  type AllocPlaces,
  allocPlaces,
  handOnData,
  makeAllocDirectory,
  makeTaskDirectory,
  type TaskPlaces,
  taskPlaces,
} from "./directory.ts";
export { DEFAULT_ENV_DENYLIST, droppedByShell, nodeValues, type TaskContext, taskScope } from "./env.ts";
export { interpolate, interpolateDeep, type Scope } from "./interpolate.ts";
export { notActedOn } from "./not-acted-on.ts";
export { writePayload } from "./payload.ts";
