import { PolicyError } from "../../../src/policy/errors.ts";
import { parsePolicy } from "../../../src/policy/parse.ts";
import { capabilityNames } from "../../../src/policy/policy.ts";
import { get } from "../../client/api.ts";
import { textIn } from "../../client/read-json.ts";

/** What policies let somebody read, taken from their texts by the server's own reader. */

export interface ReadRule {
  readonly pattern: string;
  readonly policy: string;
  readonly line: number;
  readonly denied: boolean;
  /** Holds `{{…}}`, which is filled in for whoever asks. */
  readonly templated: boolean;
}

export interface Readable {
  readonly rules: readonly ReadRule[];
  /** Policies that the caller may not read, that are not there, and those whose text cannot be read as one. */
  readonly hidden: readonly string[];
  readonly missing: readonly string[];
  readonly broken: readonly string[];
}

/** Throws `PolicyError`. */
export const readRules = (policy: string, text: string): readonly ReadRule[] =>
  parsePolicy(policy, text).stanzas.flatMap(({ pattern, capabilities, line, templated }) => {
    const names = capabilityNames(capabilities);
    const denied = names.includes("deny");
    return denied || names.includes("read") ? [{ pattern, policy, line, denied, templated }] : [];
  });

/** `default` gives everybody the same, and is left out. */
export const readableBy = async (policies: readonly string[]): Promise<Readable> => {
  const rules: ReadRule[] = [];
  const [hidden, missing, broken]: [string[], string[], string[]] = [[], [], []];
  for (const name of policies.filter((one) => one !== "default")) {
    const answer = await get(`sys/policies/acl/${name}`);
    if (!answer.ok) (answer.kind === "not-found" ? missing : hidden).push(name);
    else
      try {
        rules.push(...readRules(name, textIn(answer.data, "policy")));
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        broken.push(name);
      }
  }
  return { rules, hidden, missing, broken };
};
