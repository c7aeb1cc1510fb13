import { isDeepStrictEqual } from "node:util";
import { builtInPolicies } from "../../src/policy/built-in.ts";

/**
 * The built-in policies as the build read them, in place of their text with a parser: a start read the text of two
 * policies that never change, with code that had never run.
 */

export const BUILT_IN_POLICIES = /\/src\/policy\/built-in\.ts$/;

/** What the module is used for, as data. Throws where a policy holds something that JSON would not keep. */
export const evaluatedPolicies = (): string => {
  const entries = [...builtInPolicies];
  const written = JSON.stringify(entries);
  if (!isDeepStrictEqual(JSON.parse(written), entries)) throw new Error("a built-in policy is not plain data");
  return [
    `const freeze = (_key, value) => Object.freeze(value);`,
    `export const builtInPolicies = /* @__PURE__ */ (() => new Map(JSON.parse(${JSON.stringify(written)}, freeze)))();`,
  ].join("\n");
};
