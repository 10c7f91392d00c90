/** Processes by pid and start time, so that a pid that was given away again is never taken for the old one; users. */
export { bootId, identify, isSame, type ProcessIdentity } from "./identity.ts";
export { sendSignal, sendToGroup, signalName, signalNumber } from "./signals.ts";
export { findUser, type User } from "./users.ts";
