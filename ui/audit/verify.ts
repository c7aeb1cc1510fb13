import { readAuditLog, type SignedLink, type Verdict, type VerifyOptions } from "../../src/audit/judge.ts";
import { signedText } from "../../src/audit/link.ts";

/**
 * Checks an audit log in the browser: the judge is the command line's, hashes and signatures are the browser's. Nothing
 * leaves the page.
 */

interface VerifyingKey {
  /** As checkpoints name it. */
  readonly id: string;
  readonly key: CryptoKey;
}

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const digest = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  hex(await crypto.subtle.digest("SHA-256", bytes));

/** From PEM, as `sys/audit-key` shows it. Throws what is not an Ed25519 public key. */
export const readKey = async (pem: string): Promise<VerifyingKey> => {
  const der = fromBase64(pem.replace(/-----[^-]+-----|\s/g, ""));
  return {
    id: (await digest(der)).slice(0, 16),
    key: await crypto.subtle.importKey("spki", der, "Ed25519", false, ["verify"]),
  };
};

const holds = async ({ key }: VerifyingKey, { link, from, time, signature }: SignedLink): Promise<boolean> => {
  try {
    const text = new TextEncoder().encode(signedText(link, from, time));
    return await crypto.subtle.verify("Ed25519", key, fromBase64(signature), text);
  } catch {
    return false;
  }
};

/** Lines hashed at a time: promises of a whole log at once would fill the memory. */
const AT_ONCE = 512;

/** Whether nothing was changed, removed, inserted or moved; for the same lines and keys, what the command line says. */
export const verifyLog = async (
  lines: readonly string[],
  keys: readonly VerifyingKey[],
  options: VerifyOptions = {},
): Promise<Verdict> => {
  const log = readAuditLog(options);
  const encoder = new TextEncoder();
  for (let from = 0; from < lines.length; from += AT_ONCE) {
    const some = lines.slice(from, from + AT_ONCE);
    const hashes = await Promise.all(some.map((line) => digest(encoder.encode(line))));
    for (const [index, line] of some.entries()) log.add(line, hashes[index] ?? "");
  }
  const byId = new Map(keys.map((key) => [key.id, key]));
  const valid = new Set<string>();
  for (const checkpoint of log.checkpoints) {
    const key = byId.get(checkpoint.key);
    if (key && (await holds(key, checkpoint))) valid.add(nameOf(checkpoint));
  }
  return log.verdict((checkpoint) => {
    if (!byId.has(checkpoint.key)) return "unknown key";
    return valid.has(nameOf(checkpoint)) ? "holds" : "forged";
  });
};

/** All that a signature is checked with, so that two checkpoints share a name only if they are the same. */
const nameOf = ({ link, from, time, key, signature }: SignedLink): string =>
  JSON.stringify([link.writer, link.seq, link.prev, from, time, key, signature]);
