/**
 * Session credentials (`ASIA…`). A session token is the session itself, sealed under a key of this double's own, so
 * that sessions need no table and, as in AWS, outlive the role or machine they were issued to.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { RandomSource } from "../../std/random.ts";
import type { Caller } from "./call.ts";
import { accessKeyId, secretAccessKey } from "./ids.ts";

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

interface Session {
  readonly caller: Caller;
  readonly secret: string;
  readonly expires: number;
}

/** Makes credentials that authenticate as the caller until `expires`. `key` is the state's `sessionKey`. */
export const issueSession = (
  key: string,
  random: RandomSource,
  identity: Omit<Caller, "accessKeyId">,
  expires: number,
): SessionCredentials => {
  const caller: Caller = { ...identity, accessKeyId: accessKeyId(random, "ASIA") };
  const session: Session = { caller, secret: secretAccessKey(random), expires };
  const iv = Buffer.from(random.bytes(12));
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key, "base64"), iv, { authTagLength: 16 });
  const sealed = Buffer.concat([cipher.update(JSON.stringify(session), "utf8"), cipher.final()]);
  const sessionToken = Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
  return { accessKeyId: caller.accessKeyId, secretAccessKey: session.secret, sessionToken, expires };
};

/**
 * The session in a token, or undefined when the token was not issued here. Whether it has ended is the caller's part.
 */
export const openSession = (key: string, token: string): Session | undefined => {
  const bytes = Buffer.from(token, "base64");
  if (bytes.length < 29 || bytes.toString("base64") !== token) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key, "base64"), bytes.subarray(0, 12), {
      authTagLength: 16,
    });
    decipher.setAuthTag(bytes.subarray(12, 28));
    const opened = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
    // Sealed by `issueSession` and by nothing else: the tag proves it.
    return JSON.parse(opened.toString("utf8")) as Session;
  } catch {
    return undefined;
  }
};
