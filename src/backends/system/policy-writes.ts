import type { Core } from "../../core/core.ts";
import type { StoredPolicy } from "../../core/policies/types.ts";
import { type EmptyReply, invalidRequest, VaultError } from "../../framework/index.ts";
import { builtInPolicies, nameForWrite, PolicyError, parsePolicy } from "../../policy/index.ts";
import { plainText } from "../../std/base64.ts";
import { restate } from "../../std/restate.ts";
import { cut } from "../../std/shown.ts";

/**
 * Writes of ACL policies, with OpenBao's check-and-set: `cas` is the version that the write replaces, -1 if there
 * must be none. The store decides races: of writes with one `cas`, one is made.
 */

const RULES_DEPRECATED = "'rules' is deprecated, please use 'policy' instead";

interface Given {
  readonly policy?: string | undefined;
  /** The older name of `policy`. */
  readonly rules?: string | undefined;
  readonly cas?: number | undefined;
  readonly cas_required?: boolean | undefined;
  readonly expiration?: unknown;
  readonly ttl?: unknown;
}

interface Named {
  /** Folded, as the path table says. */
  readonly name: string;
  /** As the caller wrote it. */
  readonly given: string;
}

/** Whatever a policy may be refused for, in Vault's words. */
export const orRefuse = <T>(check: () => T): T =>
  restate(PolicyError, (cause) => invalidRequest(cause.wire, { cause }), check);

const mismatch = (wire: string): VaultError => new VaultError("cas_mismatch", { wire });

/** The version of a policy as callers see it; 0 for a built-in one that was never written. */
const versionOf = (stored: StoredPolicy | undefined): number => stored?.version ?? 0;

const check = (name: string, before: StoredPolicy | undefined, { cas, cas_required }: Given): void => {
  if (cas === undefined) {
    if (before?.casRequired || cas_required) throw mismatch("check-and-set parameter required for this call");
  } else if (cas === -1) {
    const exists = before !== undefined || builtInPolicies.has(name);
    if (exists) throw mismatch("check-and-set parameter set to -1 on existing entry");
  } else if (cas !== versionOf(before)) {
    throw mismatch("check-and-set parameter did not match the current version");
  }
};

const readable = (name: string, text: string): string => {
  const plain = plainText(text);
  orRefuse(() => parsePolicy(name, plain));
  return plain;
};

/** A policy that should have ended must not go on, so what would end it is refused and not ignored. */
const refuseEnd = ({ expiration, ttl }: Given): void => {
  if (expiration !== undefined || ttl !== undefined)
    throw invalidRequest("policies do not expire: leave out 'expiration' and 'ttl'");
};

const warningsOf = ({ name, given }: Named): string[] =>
  name === given ? [] : [`policy name was converted to ${cut(name)}`];

/** Replaces a policy completely. */
export const writePolicy = async (core: Core, named: Named, input: Given): Promise<EmptyReply | undefined> => {
  const name = orRefuse(() => nameForWrite(named.name));
  const old = input.policy === undefined || input.policy === "" ? (input.rules ?? "") : "";
  const given = old === "" ? (input.policy ?? "") : old;
  if (given === "") throw invalidRequest("'policy' parameter not supplied or empty");
  refuseEnd(input);
  const text = readable(name, given);
  await core.policies.change(name, (before) => {
    check(name, before, input);
    return {
      name,
      text,
      version: versionOf(before) + 1,
      casRequired: input.cas_required ?? false,
      modified: core.clock.now(),
    };
  });
  const warnings = [...warningsOf({ ...named, name }), ...(old === "" ? [] : [RULES_DEPRECATED])];
  return warnings.length === 0 ? undefined : { warnings };
};

/** Changes what is given of a policy. */
export const patchPolicy = async (core: Core, named: Named, input: Given): Promise<EmptyReply> => {
  const name = orRefuse(() => nameForWrite(named.name));
  if (input.policy === "") throw invalidRequest("'policy' parameter not supplied or empty");
  refuseEnd(input);
  const text = input.policy === undefined ? undefined : readable(name, input.policy);
  await core.policies.change(name, (before) => {
    const known = before?.text ?? builtInPolicies.get(name)?.text;
    if (known === undefined) throw new VaultError("not_found", { wire: "policy not found" });
    check(name, before, { ...input, cas: input.cas ?? versionOf(before) });
    return {
      name,
      text: text ?? known,
      version: versionOf(before) + 1,
      casRequired: input.cas_required ?? before?.casRequired ?? false,
      modified: core.clock.now(),
    };
  });
  return { data: null, warnings: warningsOf({ ...named, name }) };
};
