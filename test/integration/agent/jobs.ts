/** A job in the form of the API with one raw_exec task that runs a script. */
export function scriptJob(
  id: string,
  script: string,
  more: { readonly type?: string; readonly count?: number; readonly group?: object; readonly task?: object } = {},
): object {
  const task = {
    Name: "main",
    Driver: "raw_exec",
    Config: { command: "/bin/sh", args: ["-c", script] },
    Resources: { CPU: 20, MemoryMB: 16 },
    KillTimeout: 1_000_000_000,
    LogConfig: { MaxFiles: 2, MaxFileSizeMB: 2 },
    ...more.task,
  };
  const restart = { Attempts: 0, Interval: 10_000_000_000, Delay: 1_000_000_000, Mode: "fail" };
  const group = {
    Name: "work",
    Count: more.count ?? 1,
    Tasks: [task],
    RestartPolicy: restart,
    EphemeralDisk: { SizeMB: 10 },
    ...more.group,
  };
  return { Job: { ID: id, Name: id, Type: more.type ?? "service", Datacenters: ["*"], TaskGroups: [group] } };
}

export interface AllocRow {
  readonly ID: string;
  readonly ClientStatus: string;
  readonly DesiredStatus: string;
  readonly TaskStates: Readonly<
    Record<
      string,
      {
        readonly Events: readonly {
          readonly Type: string;
          readonly DisplayMessage: string;
          readonly ExitCode: number;
        }[];
      }
    >
  > | null;
}

/** What was said of an allocation's task, a line an event. */
export function eventLines(alloc: AllocRow, task = "main"): string[] {
  return (alloc.TaskStates?.[task]?.Events ?? []).map((event) => `${event.Type}: ${event.DisplayMessage}`);
}
