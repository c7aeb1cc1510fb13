import type { PasswordPolicies, PasswordPolicyParts } from "./types.ts";

/** Password policies whose code is loaded when it is first needed: hardly any request makes a password. */
export const createPasswordPolicies = (parts: PasswordPolicyParts): PasswordPolicies => {
  const loaded = async () => (await import("./policies.ts")).createPasswordPolicies(parts);
  return {
    get: async (name) => (await loaded()).get(name),
    list: async () => (await loaded()).list(),
    put: async (name, text) => (await loaded()).put(name, text),
    remove: async (name) => (await loaded()).remove(name),
    generate: async (name) => (await loaded()).generate(name),
  };
};
