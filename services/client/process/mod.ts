/** Processes by pid and start time, so that a pid that was given away again is never taken for the old process. */
export { bootId, identify, isSame, type ProcessIdentity } from "./identity.ts";
export { sendSignal, sendToGroup, signalName, signalNumber } from "./signals.ts";
