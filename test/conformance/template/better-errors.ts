/** Error texts that are better on purpose than the recorded ones; class and line are the same. */
export const betterErrors: ReadonlyMap<string, string> = new Map([
  ["err-exec-max-template-depth", "our templates may call templates 500 deep, not 100000"],
  ["err-exec-missing-key-option-kv-secret", "the recorded text is damaged: a secret `u` was cut out of `executing`"],
]);

/** Cases that we do not render alike: the agent's weighing of instances is not documented. We choose by our own. */
export const chosenOtherwise: ReadonlySet<string> = new Set([
  "nomad-service-choose-1",
  "nomad-service-choose-many",
  "nomad-service-choose-stability",
]);
