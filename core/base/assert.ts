/** Raised when the program itself is wrong. It is never caught to go on: the process stops (TigerBeetle, "assertions"). */
class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
}

/** Stops the program when `condition` does not hold; stays on in production. `message` may be a thunk on hot paths. */
export function assert(condition: unknown, message: string | (() => string)): asserts condition {
  if (condition) return;
  throw new AssertionFailure(typeof message === "string" ? message : message());
}

/** Marks a branch that types already exclude, so that a new case fails to compile and, if forced, stops. */
export function unreachable(value: never, what = "value"): never {
  throw new AssertionFailure(`unreachable ${what}: ${JSON.stringify(value)}`);
}
