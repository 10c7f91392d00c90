/** What every task driver can do, whatever it runs tasks with. */
export type {
  Driver,
  DriverFingerprint,
  DriverFailure,
  LaunchRequest,
  LogTarget,
  RunWatcher,
  StartResult,
  TaskUsage,
} from "./driver.ts";
