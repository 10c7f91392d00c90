/** Where our text differs from the recorded one on purpose, and what it must say instead. */
export const validationDifferences: Readonly<Record<string, { readonly why: string; readonly text: RegExp }>> = {
  "reschedule-attempts-do-not-fit": {
    why: "the reference's sum of delays overflows: it asks for an interval of -1681342h51m39s",
    text: /Nomad can only make 5 attempts in 10m0s .*\n(.*\n)*.*Set the interval to at least 43h32m0s to accommodate 50 attempts/,
  },
};

/** Where our diagnostic stands somewhere else than the reference's, because it names the cause: severity, file, line. */
export const refusalPlaces: Readonly<Record<string, string>> = {
  // The argument that is wrong, not the head of its block.
  "err-scaling-task-type": "error err-scaling-task-type.hcl:9",
};
