import { blocksOf, type HclBody, HclError, parseHcl } from "../hcl/hcl.ts";
import { multiError } from "../std/errors.ts";
import { restate } from "../std/restate.ts";
import { PolicyError, quote } from "./errors.ts";
import type { Policy } from "./policy.ts";
import { readStanza } from "./stanza.ts";

/**
 * Policy text to policy. The text comes from anyone who may write policies and is not trusted: its size, nesting
 * and number of rules are limited, and what is not understood is refused rather than ignored, because an ignored word
 * may have been a restriction.
 *
 * Source: https://developer.hashicorp.com/vault/docs/concepts/policies#policy-syntax
 */

/** UTF-8 bytes of one policy. */
export const MAX_POLICY_BYTES = 102_400;
/** Braces and brackets inside one another. */
export const MAX_POLICY_DEPTH = 64;
/** Stanzas of one policy. */
export const MAX_POLICY_RULES = 5_000;

const readText = (text: string): HclBody => {
  if (/^\s*\[/.test(text)) throw new PolicyError("does not contain a root object");
  return restate(
    HclError,
    (cause) => new PolicyError(cause.message, { cause }),
    () => parseHcl(text, { maxBytes: MAX_POLICY_BYTES, maxDepth: MAX_POLICY_DEPTH }),
  );
};

const checkTopLevel = (body: HclBody): void => {
  const unknown = body.items.filter((item) => item.key !== "path" && item.key !== "name");
  if (unknown.length > 0) {
    throw new PolicyError(
      multiError(...unknown.map((item) => `invalid key ${quote(item.key)} on line ${item.assignLine}`)),
    );
  }
  const name = body.items.find((item) => item.key === "name" && item.value.kind !== "string");
  if (name !== undefined) throw new PolicyError(`name on line ${name.line} must be a string`);
};

const read = (name: string, text: string): Policy => {
  const body = readText(text);
  checkTopLevel(body);
  const blocks = blocksOf(body, "path", 1);
  if (blocks.length > MAX_POLICY_RULES) throw new PolicyError(`more than ${MAX_POLICY_RULES} rules`);
  const stanzas = blocks.map(readStanza);
  return Object.freeze({
    name,
    text,
    stanzas: Object.freeze(stanzas),
    templated: stanzas.some((stanza) => stanza.templated),
    root: false,
  });
};

/**
 * Parses an ACL policy in HCL or JSON. Text without any `path`, even empty, is valid and grants nothing. Throws
 * `PolicyError`, whose `wire` is Vault's message.
 */
export const parsePolicy = (name: string, text: string): Policy =>
  restate(
    PolicyError,
    (cause) => new PolicyError(`failed to parse policy: ${cause.wire}`, { cause }),
    () => read(name, text),
  );
