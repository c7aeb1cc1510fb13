import { createHash, createHmac, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import type { RandomSource } from "../../../std/random.ts";

/** The verifier PostgreSQL stores in place of a password. Source: RFC 5803; PostgreSQL, "pg_authid". */

const ITERATIONS = 4096;
const SALT_BYTES = 16;
const derive = promisify(pbkdf2);

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

export const scramVerifier = async (password: string, random: RandomSource): Promise<string> => {
  const salt = Buffer.from(random.bytes(SALT_BYTES));
  const salted = await derive(password.normalize("NFKC"), salt, ITERATIONS, 32, "sha256");
  const stored = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const server = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${stored}:${server}`;
};
