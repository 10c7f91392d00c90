/** Error texts that are better on purpose than the recorded ones; class and line are the same. */
export const betterErrors: ReadonlyMap<string, string> = new Map([
  ["err-exec-max-template-depth", "our templates may call templates 500 deep, not 100000"],
  ["err-exec-missing-key-option-kv-secret", "the recorded text is damaged: a secret `u` was cut out of `executing`"],
]);
