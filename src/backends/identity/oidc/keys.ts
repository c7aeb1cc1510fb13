import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import { privateKeyOf } from "../../../std/private-key.ts";
import { type RandomSource, uuid } from "../../../std/random.ts";
import { Sensitive } from "../../../std/sensitive.ts";
import type { Condition, Entry, View, Write } from "../../../storage/store.ts";
import { DEFAULT_NAME, namedEntry, recordAt } from "./model.ts";

/**
 * A named key: the pair that signs now, the pair that signs next and is published already, and the public halves of
 * those before, until nothing that they signed is valid any more. Private halves are sealed as bytes that are not part of the body.
 */

export const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A public key as it is published. */
const PublicJwk = z.record(z.string(), z.string());
export type PublicJwk = z.output<typeof PublicJwk>;

export const KeySettings = z.object({
  algorithm: z.enum(ALGORITHMS),
  /** Seconds. */
  rotation_period: z.number(),
  verification_ttl: z.number(),
  allowed_client_ids: z.array(z.string()),
  /** `null`: no pair has been made yet, because nobody uses the key. */
  signing: PublicJwk.nullable(),
  next: PublicJwk.nullable(),
  /** Epoch milliseconds; 0: no pair yet. */
  next_rotation: z.number(),
  retired: z.array(z.object({ jwk: PublicJwk, until: z.number() })),
});
export type KeyBody = z.output<typeof KeySettings>;

/** A pair: the public half as published, the private half as PKCS#8. */
export interface Pair {
  readonly jwk: PublicJwk;
  readonly secret: Sensitive<Uint8Array>;
}

/** A key with its pairs. */
export interface NamedKey extends Omit<KeyBody, "signing" | "next"> {
  readonly signing: Pair | undefined;
  readonly next: Pair | undefined;
}

const DAY = 86_400;

/** The key `default` until somebody writes it. */
export const DEFAULT_KEY: NamedKey = {
  algorithm: "RS256",
  rotation_period: DAY,
  verification_ttl: DAY,
  allowed_client_ids: ["*"],
  signing: undefined,
  next: undefined,
  next_rotation: 0,
  retired: [],
};

/** 2048 bits, as Vault has it. */
const RSA_BITS = 2048;
const CURVES = { ES256: "P-256", ES384: "P-384", ES512: "P-521" } as const;

const makePair = promisify(generateKeyPair);

const pairOf = (algorithm: Algorithm): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> => {
  switch (algorithm) {
    case "RS256":
    case "RS384":
    case "RS512":
      return makePair("rsa", { modulusLength: RSA_BITS });
    case "ES256":
    case "ES384":
    case "ES512":
      return makePair("ec", { namedCurve: CURVES[algorithm] });
    case "EdDSA":
      return makePair("ed25519");
  }
};

const generate = async (algorithm: Algorithm, random: RandomSource): Promise<Pair> => {
  const { exportJWK } = await import("jose");
  const { publicKey, privateKey } = await pairOf(algorithm);
  const jwk = PublicJwk.parse({ use: "sig", ...(await exportJWK(publicKey)), kid: uuid(random), alg: algorithm });
  return { jwk, secret: new Sensitive(privateKey.export({ type: "pkcs8", format: "der" })) };
};

export type MakePair = (algorithm: Algorithm) => Promise<Pair>;

/**
 * Makes the pairs of one change. A change that is decided again gets the pairs it had before, because an RSA pair is
 * worth more time than all the rest. Call the result once for each attempt.
 */
export const createPairs = (random: RandomSource): (() => MakePair) => {
  const made = new Map<string, Promise<Pair>>();
  return () => {
    let used = 0;
    return (algorithm) => {
      used += 1;
      const key = `${algorithm}/${used}`;
      const pair = made.get(key) ?? generate(algorithm, random);
      made.set(key, pair);
      return pair;
    };
  };
};

const pairIn = (jwk: PublicJwk | null, secret: Sensitive<Uint8Array> | undefined): Pair | undefined =>
  jwk && secret ? { jwk, secret } : undefined;

export const keyOf = (entry: Entry): NamedKey => {
  const { signing, next, ...settings } = KeySettings.parse(entry.body);
  const { signing: signs, next: follows } = entry.secrets ?? {};
  return { ...settings, signing: pairIn(signing, signs), next: pairIn(next, follows) };
};

export interface StoredKey {
  readonly key: NamedKey;
  readonly when: Condition;
}

/** A key by the name that a path or a body gives it. */
export const findKey = async (view: View, name: string): Promise<StoredKey | undefined> => {
  const entry = await namedEntry(view, "key", name);
  if (entry) return { key: keyOf(entry), when: { n: entry.n } };
  return name === DEFAULT_NAME ? { key: DEFAULT_KEY, when: "absent" } : undefined;
};

export const keyPut = (view: View, name: string, key: NamedKey, when: Condition): Write => {
  const { signing, next, ...settings } = key;
  const secrets = {
    ...(signing && { signing: signing.secret }),
    ...(next && { next: next.secret }),
  };
  const body: KeyBody = { ...settings, signing: signing?.jwk ?? null, next: next?.jwk ?? null };
  return { op: "put", address: recordAt(view, "key", name), body, secrets, when };
};

type Retired = KeyBody["retired"];

const stillVerified = (retired: Retired, now: number): Retired => retired.filter(({ until }) => until > now);

/** With a first pair and the one after it, where it has none yet. */
export const withPairs = async (key: NamedKey, now: number, make: MakePair): Promise<NamedKey> => {
  if (key.signing) return key;
  const [signing, next] = await Promise.all([make(key.algorithm), make(key.algorithm)]);
  return { ...key, signing, next, next_rotation: now + key.rotation_period * 1000 };
};

const retire = ({ signing, retired }: NamedKey, now: number, ttl: number): Retired =>
  stillVerified(signing ? [...retired, { jwk: signing.jwk, until: now + ttl * 1000 }] : retired, now);

/** The next pair signs from now on, and a new one is next. `ttl`: how long the one before is still good, in seconds. */
export const rotated = async (key: NamedKey, now: number, ttl: number, make: MakePair): Promise<NamedKey> => ({
  ...key,
  retired: retire(key, now, ttl),
  signing: key.next ?? (await make(key.algorithm)),
  next: await make(key.algorithm),
  next_rotation: now + key.rotation_period * 1000,
});

/** With pairs of its algorithm in place of those of another. Nothing was ever signed with the next one. */
export const withNewPairs = async (key: NamedKey, now: number, make: MakePair): Promise<NamedKey> =>
  withPairs(
    { ...key, retired: retire(key, now, key.verification_ttl), signing: undefined, next: undefined },
    now,
    make,
  );

/** What a pair signed is good until `until` at the latest, if the pair has been replaced. */
export const shortened = (key: NamedKey, kid: string, until: number): NamedKey => ({
  ...key,
  retired: key.retired.map((one) => (one.jwk["kid"] === kid ? { ...one, until: Math.min(one.until, until) } : one)),
});

/** Without public halves whose time is over. */
export const pruned = (key: NamedKey, now: number): NamedKey => ({ ...key, retired: stillVerified(key.retired, now) });

export const isDue = (key: Pick<NamedKey, "next_rotation">, now: number): boolean =>
  key.next_rotation > 0 && key.next_rotation <= now;

/** When there is something to do about it: a rotation, or a public half to be removed. 0: never. */
export const dueOf = (key: Pick<NamedKey, "next_rotation" | "retired">): number => {
  const times = [key.next_rotation, ...key.retired.map(({ until }) => until)].filter((time) => time > 0);
  return times.length === 0 ? 0 : Math.min(...times);
};

/** What has to be written with a role or a client whose key has no pair yet. */
export const firstPairs = async (
  name: string,
  { key, when }: StoredKey,
  { clock, storage }: BackendContext,
  make: MakePair,
): Promise<{ readonly writes: readonly Write[]; readonly due: number | undefined }> => {
  if (key.signing) return { writes: [], due: undefined };
  const ready = await withPairs(key, clock.now(), make);
  return { writes: [keyPut(storage, name, ready, when)], due: dueOf(ready) };
};

/** The public keys of a named key that something valid may be signed with, now or next. */
export const publishedBy = (key: KeyBody, now: number): readonly PublicJwk[] => [
  ...(key.signing ? [key.signing] : []),
  ...(key.next ? [key.next] : []),
  ...stillVerified(key.retired, now).map(({ jwk }) => jwk),
];

/** Signs JSON text: a JWS in its compact form, whose header names algorithm and key. */
export const signWith = async (pair: Pair, payload: string): Promise<string> => {
  const { CompactSign } = await import("jose");
  const { alg = "", kid = "" } = pair.jwk;
  const key = privateKeyOf(pair.secret);
  return new CompactSign(Buffer.from(payload, "utf8")).setProtectedHeader({ alg, kid }).sign(key);
};
