/** Rotated log files: `TASK.stdout.0`, `TASK.stdout.1`, … */
export { logFileName, logIndexes } from "./log-files.ts";
export { RotatingLog, type RotationRules } from "./rotating-log.ts";
