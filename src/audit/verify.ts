import { createPublicKey } from "node:crypto";
import { checkpointHolds, hashOf, keyId } from "./checkpoint.ts";
import { readAuditLog, type Signatures, type Verdict, type VerifyOptions } from "./judge.ts";

/** Checks an audit log against the public keys of its checkpoints. Pure: lines in, verdict out. */

/**
 * Whether nothing was changed, removed, inserted or moved. `keys` are Ed25519 public keys in PEM; several after the key
 * was replaced.
 */
export const verifyAudit = (lines: Iterable<string>, keys: readonly string[], options: VerifyOptions = {}): Verdict => {
  const byId = new Map(keys.map((pem) => createPublicKey(pem)).map((key) => [keyId(key), key]));
  const signatures: Signatures = (checkpoint) => {
    const key = byId.get(checkpoint.key);
    if (!key) return "unknown key";
    return checkpointHolds(key, checkpoint.link, checkpoint, checkpoint.time) ? "holds" : "forged";
  };
  const log = readAuditLog(options);
  for (const text of lines) log.add(text, hashOf(text));
  return log.verdict(signatures);
};
