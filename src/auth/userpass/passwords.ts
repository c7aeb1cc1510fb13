import { createHash, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { invalidRequest } from "../../framework/index.ts";
import type { RandomSource } from "../../std/random.ts";
import { bcryptCost, bcryptMatches, HIGHEST_COST, isAffordable, LOWEST_COST } from "./bcrypt.ts";

/**
 * Hashes of passwords: scrypt with a salt per user, and bcrypt hashes that operators bring along.
 *
 * Security: a user that does not exist costs what a user with an scrypt hash costs: the same derivation against a hash
 * nothing matches. A user whose bcrypt hash was brought along costs what that hash costs, until the first login
 * replaces it: until then the time of an answer can tell that there is such a user.
 */

/** What bcrypt, and so Vault, looks at; a longer password would be cut silently there. */
const MOST_BYTES = 72;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

export interface ScryptCost {
  /** Memory and time; a power of two. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** 16 MiB and some 50 ms. Source: RFC 7914, section 2, for interactive logins. */
export const DEFAULT_COST: ScryptCost = { n: 2 ** 14, r: 8, p: 1 };

export type Derive = (password: Uint8Array, salt: Uint8Array, cost: ScryptCost) => Promise<Uint8Array>;

const deriveByScrypt: Derive = (password, salt, { n, r, p }) => {
  // scrypt begins with HMAC, which pads a short key with zeros: without this, "a" and "a\0" would be one password.
  const whole = createHash("sha512").update(password).digest();
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(whole, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
};

export const storedPassword = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("scrypt"),
    n: z.number(),
    r: z.number(),
    p: z.number(),
    salt: z.string(),
    hash: z.string(),
  }),
  z.object({ kind: z.literal("bcrypt"), text: z.string() }),
]);
export type StoredPassword = z.output<typeof storedPassword>;

/** The bytes of a password. Throws for one that is empty or longer than any hash may cover. */
export const passwordBytes = (password: string | undefined): Uint8Array => {
  if (password === undefined || password === "") throw invalidRequest("missing password");
  const bytes = Buffer.from(password);
  if (bytes.length > MOST_BYTES) throw invalidRequest(`password length exceeds ${MOST_BYTES} bytes`);
  return bytes;
};

/** A bcrypt hash as an operator gives it. Throws for what is none, and for one that would take too long to check. */
export const importedHash = (text: string): StoredPassword => {
  const cost = bcryptCost(text);
  if (cost === undefined) throw invalidRequest("password_hash is not a bcrypt hash");
  if (!isAffordable(cost))
    throw invalidRequest(`password_hash must have a cost from ${LOWEST_COST} to ${HIGHEST_COST}`);
  return { kind: "bcrypt", text };
};

export interface Passwords {
  hash(password: Uint8Array, random: RandomSource): Promise<StoredPassword>;
  /** Whether it is the one; `undefined` for no user is `false`, at the price of a user with an scrypt hash. */
  matches(password: Uint8Array, stored: StoredPassword | undefined): Promise<boolean>;
}

export const createPasswords = (options: { readonly cost?: ScryptCost; readonly derive?: Derive } = {}): Passwords => {
  const { cost = DEFAULT_COST, derive = deriveByScrypt } = options;
  const nobody: StoredPassword = {
    kind: "scrypt",
    ...cost,
    salt: Buffer.alloc(SALT_BYTES).toString("base64"),
    hash: Buffer.alloc(KEY_BYTES).toString("base64"),
  };

  return {
    hash: async (password, random) => {
      const salt = Buffer.from(random.bytes(SALT_BYTES));
      const hash = Buffer.from(await derive(password, salt, cost));
      return { kind: "scrypt", ...cost, salt: salt.toString("base64"), hash: hash.toString("base64") };
    },
    matches: async (password, stored) => {
      const against = stored ?? nobody;
      if (against.kind === "bcrypt") return bcryptMatches(password, against.text);
      const { n, r, p } = against;
      const derived = await derive(password, Buffer.from(against.salt, "base64"), { n, r, p });
      return timingSafeEqual(derived, Buffer.from(against.hash, "base64")) && stored !== undefined;
    },
  };
};
