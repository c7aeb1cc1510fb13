import { invalidRequest, VaultError } from "../../framework/index.ts";
import { restate } from "../../std/restate.ts";
import { DOMAINS, PASSWORD_POLICY_PREFIX, POLICY_PARTITION, passwordPolicyAddress } from "../../storage/keys.ts";
import type { Address } from "../../storage/store.ts";
import { fromSealed } from "../sealed.ts";
import { drawPassword } from "./generator.ts";
import { PasswordPolicyError, type PasswordRules, parsePasswordPolicy } from "./rules.ts";
import type { PasswordPolicies, PasswordPolicyParts } from "./types.ts";

/**
 * Password policies by name. Names keep their case and may hold slashes. It trusts the sealed table for the text, and
 * must never keep, log or store a password it made.
 */

const SHORTEST = 4;
const LONGEST = 100;

const check = (text: string): void => {
  const rules = restate(
    PasswordPolicyError,
    (cause) => invalidRequest(`invalid password policy: ${cause.message}`, { multi: true, cause }),
    () => parsePasswordPolicy(text),
  );
  if (rules.length < SHORTEST || rules.length > LONGEST) {
    throw invalidRequest(`passwords must be between ${SHORTEST} and ${LONGEST} characters`, { multi: true });
  }
};

/** It was checked when it was written, so somebody else wrote it. */
const broken = (cause: unknown): VaultError =>
  new VaultError("internal", { reason: "stored password policy configuration failed to parse", cause });

export const createPasswordPolicies = ({ store, clock, random }: PasswordPolicyParts): PasswordPolicies => {
  const at = async (name: string): Promise<Address> => passwordPolicyAddress(await store.names(DOMAINS.policy), name);

  const get = async (name: string): Promise<string | undefined> => {
    const [entry] = await store.get([await at(name)]);
    return entry && fromSealed<{ text: string }>(entry.body).text;
  };

  const list = async (): Promise<readonly string[]> => {
    const names: string[] = [];
    const partition = { pk: POLICY_PARTITION, domain: DOMAINS.policy };
    for await (const entry of store.all(partition, { prefix: PASSWORD_POLICY_PREFIX })) {
      names.push(fromSealed<{ name: string }>(entry.body).name);
    }
    return names.sort();
  };

  const generate = async (name: string): Promise<string | undefined> => {
    const text = await get(name);
    if (text === undefined) return undefined;
    let rules: PasswordRules;
    try {
      rules = parsePasswordPolicy(text);
    } catch (cause) {
      throw broken(cause);
    }
    const password = drawPassword(rules, random, clock);
    if (password === undefined)
      throw invalidRequest("failed to generate password from policy: timed out generating string", { multi: true });
    return password;
  };

  return {
    get,
    list,
    put: async (name, text) => {
      check(text);
      await store.write([{ op: "put", address: await at(name), body: { name, text }, when: "any" }]);
    },
    remove: async (name) => store.write([{ op: "delete", address: await at(name), when: "any" }]),
    generate,
  };
};
