/** Where our text differs from the recorded one on purpose, and what it must say instead. */
export const validationDifferences: Readonly<Record<string, { readonly why: string; readonly text: RegExp }>> = {
  "reschedule-attempts-do-not-fit": {
    why: "the reference's sum of delays overflows: it asks for an interval of -1681342h51m39s",
    text: /Nomad can only make 5 attempts in 10m0s .*\n(.*\n)*.*Set the interval to at least 43h32m0s to accommodate 50 attempts/,
  },
};

/** Where we refuse or warn about more than the reference in `validate/`, and why. Nothing at present. */
export const stricter: Readonly<Record<string, { readonly why: string; readonly text: RegExp }>> = {};

/** Where our diagnostic stands somewhere else than the reference's: why, and severity, file and line that it must have. */
export const refusalPlaces: Readonly<Record<string, { readonly why: string; readonly place: string }>> = {
  "err-scaling-task-type": {
    why: "the argument that is wrong, not the head of its block",
    place: "error err-scaling-task-type.hcl:9",
  },
};

/** Refusals without a place in the reference that have one here: severity, file and line that it must have. */
export const addedPlaces: Readonly<Record<string, string>> = {
  "err-divide-by-zero": "error err-divide-by-zero.hcl:6",
  "err-undeclared-var-file": "error err-undeclared-var-file.vars.hcl:1",
  "err-unset-variable": "error err-unset-variable.hcl:1",
  "err-unset-variable-unused": "error err-unset-variable-unused.hcl:1",
  "err-validation-fails": "error err-validation-fails.hcl:4",
  "err-var-duplicate": "error err-var-duplicate.hcl:5",
  "err-var-file-syntax": "error err-var-file-syntax.vars.hcl:1",
  "err-var-type-mismatch-list": "error value of l from arg:1",
};

/** Refusals of the parse API whose body is not the recorded one: why, and what it must say instead. */
export const apiTexts: Readonly<Record<string, { readonly why: string; readonly text: RegExp }>> = {
  "api-filesystem-basename-disabled": {
    why: "says who can read files, and does not add that the unknown result is unknown",
    text: /^Failed to parse job: input\.hcl:4,16-31: Error in function call; .*only the command line reads files\.$/,
  },
  "api-filesystem-disabled": {
    why: "says who can read files, and does not add that the unknown result is unknown",
    text: /^Failed to parse job: input\.hcl:4,16-25: Error in function call; .*only the command line reads files\.$/,
  },
  "api-variables-syntax-error": {
    why: "begins as all other refusals do",
    text: /^Failed to parse job: input\.hcl:1,5-6: Invalid expression; Expected the start of an expression, but found an invalid expression token\.$/,
  },
};
