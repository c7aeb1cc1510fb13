import type { Call } from "./contract.ts";

/** Cuts out of a text what a call sent as a secret, and what looks like a token. */

const SECRET_FIELD = /token|secret|password|jwt|key|nonce|identity|signature|passcode|plaintext|iam_request_headers/i;
const TOKEN = /\b(?:hv[sbr]|[sbr])\.[\w-]{20,}/g;

/** Below it a value is more likely a word of the message. */
const SHORTEST = 6;

const secretsOf = (value: unknown, secret: boolean): readonly string[] => {
  if (typeof value === "string") return secret && value.length >= SHORTEST ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => secretsOf(member, secret || SECRET_FIELD.test(name)));
};

/** Longest first, so that a secret within another leaves no rest. */
export const scrubber = ({ token, body }: Call): ((text: string) => string) => {
  const secrets = [...(token === undefined ? [] : [token.reveal()]), ...secretsOf(body, false)]
    .filter((secret) => secret !== "")
    // A host's name is written in lower case.
    .flatMap((secret) => [secret, secret.toLowerCase()])
    .sort((a, b) => b.length - a.length);
  return (text) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text).replace(TOKEN, "[redacted]");
};
