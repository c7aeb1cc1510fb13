import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  generateKeyPairSync,
  randomBytes,
  sign,
} from "node:crypto";
import { type Figure, figure } from "./figures.ts";
import { type OpenBao, startOpenBao } from "./openbao.ts";
import type { Bench } from "./operations.ts";
import { inTurn } from "./samples.ts";
import { textAt, type World } from "./world.ts";

/**
 * Using keys compared with the bare primitive of node:crypto. All are measured in turn, so that whatever else the
 * machine does falls on all. OpenBao's figures are over HTTP, ours in process.
 */

const KILOBYTE = randomBytes(1000);
const PLAINTEXT = KILOBYTE.toString("base64");
const NAMES = ["aes256-gcm96", "chacha20-poly1305", "ed25519", "ecdsa-p256", "rsa-2048"] as const;

const key = randomBytes(32);

const seal = (plaintext: Uint8Array): Buffer => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
};

const open = (sealed: Uint8Array): Buffer => {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const body = decipher.update(sealed.subarray(12, -16));
  decipher.final();
  return body;
};

const many = (count: number, work: () => unknown) => (): void => {
  for (let left = count; left > 0; left--) work();
};

const SMALL = randomBytes(64);
const batch = (count: number) => ({
  batch_input: Array.from({ length: count }, (_, index) => ({
    plaintext: SMALL.toString("base64"),
    reference: String(index),
  })),
});

interface Subject {
  readonly name: string;
  readonly path: string;
  readonly body: object;
  readonly bareName: string;
  readonly bare: () => unknown;
  /** How many of the samples: long ones need fewer. */
  readonly share: number;
  /** A batch: how many items. */
  readonly items?: number;
}

const ed25519 = generateKeyPairSync("ed25519").privateKey;
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_MAX_SIGN };

const SEALED = seal(KILOBYTE);

const subjects = (ciphertext: string): readonly Subject[] => [
  {
    name: "transit encrypt 1 KB",
    path: "encrypt/aes256-gcm96",
    body: { plaintext: PLAINTEXT },
    bareName: "bare AES-256-GCM of 1 KB",
    bare: () => seal(KILOBYTE),
    share: 1,
  },
  {
    name: "transit decrypt 1 KB",
    path: "decrypt/aes256-gcm96",
    body: { ciphertext },
    bareName: "bare AES-256-GCM, opened",
    bare: () => open(SEALED),
    share: 1,
  },
  {
    name: "transit hmac 1 KB",
    path: "hmac/aes256-gcm96",
    body: { input: PLAINTEXT },
    bareName: "bare HMAC-SHA-256 of 1 KB",
    bare: () => createHmac("sha256", key).update(KILOBYTE).digest(),
    share: 1,
  },
  {
    name: "transit sign, Ed25519",
    path: "sign/ed25519",
    body: { input: PLAINTEXT },
    bareName: "bare Ed25519 signature",
    bare: () => sign(null, KILOBYTE, ed25519),
    share: 1,
  },
  {
    name: "transit sign, P-256",
    path: "sign/ecdsa-p256",
    body: { input: PLAINTEXT },
    bareName: "bare P-256 signature",
    bare: () => sign("sha256", KILOBYTE, p256),
    share: 1,
  },
  {
    name: "transit sign, P-256, prehashed",
    path: "sign/ecdsa-p256",
    body: { input: randomBytes(32).toString("base64"), prehashed: true },
    bareName: "bare P-256 signature",
    bare: () => sign("sha256", KILOBYTE, p256),
    share: 0.5,
  },
  {
    name: "transit sign, RSA 2048 PSS",
    path: "sign/rsa-2048",
    body: { input: PLAINTEXT },
    bareName: "bare RSA 2048 PSS signature",
    bare: () => sign("sha256", KILOBYTE, { key: rsa, ...PSS }),
    share: 0.5,
  },
  {
    name: "transit encrypt, batch of 1,000",
    path: "encrypt/aes256-gcm96",
    body: batch(1000),
    items: 1000,
    bareName: "bare AES-256-GCM of 64 bytes, 1,000 times",
    bare: many(1000, () => seal(SMALL)),
    share: 0.1,
  },
  {
    name: "transit encrypt, batch of 10,000",
    path: "encrypt/aes256-gcm96",
    body: batch(10_000),
    items: 10_000,
    bareName: "bare AES-256-GCM of 64 bytes, 10,000 times",
    bare: many(10_000, () => seal(SMALL)),
    share: 0.03,
  },
];

/** OpenBao with the same keys, and a ciphertext of its own to decrypt. */
const furnished = async (): Promise<{ readonly bao: OpenBao; readonly ciphertext: string } | undefined> => {
  const bao = await startOpenBao();
  if (!bao) return undefined;
  await bao.post("sys/mounts/transit", { type: "transit" });
  for (const type of NAMES) await bao.post(`transit/keys/${type}`, { type });
  const answer = await bao.post("transit/encrypt/aes256-gcm96", { plaintext: PLAINTEXT });
  return { bao, ciphertext: textAt(answer, "data", "ciphertext") };
};

/** The mount is there already, with the keys that calls are counted with. */
const ownCiphertext = async (world: World): Promise<string> => {
  for (const type of NAMES) await world.call("POST", `transit/keys/${type}`, { body: { type } });
  const answer = await world.call("POST", "transit/encrypt/aes256-gcm96", { body: { plaintext: PLAINTEXT } });
  return textAt(answer, "data", "ciphertext");
};

/** Items that OpenBao takes in one request: it takes a thousand texts, keys included, unless configured otherwise. */
const THEIR_MOST = 200;

const askOpenBao = async (bao: OpenBao, { path, body, items }: Subject): Promise<void> => {
  const bodies = items === undefined ? [body] : Array.from({ length: items / THEIR_MOST }, () => batch(THEIR_MOST));
  for (const part of bodies) await bao.post(`transit/${path}`, part);
};

export const measureTransit = async ({ world, token }: Bench, samples: number): Promise<readonly Figure[]> => {
  const own = subjects(await ownCiphertext(world));
  const theirs = await furnished();
  const theirSubjects = theirs ? subjects(theirs.ciphertext) : [];
  try {
    const figures: Figure[] = [];
    for (const [index, { name, path, body, bareName, bare, share, items }] of own.entries()) {
      const works: (() => Promise<unknown>)[] = [
        async () => bare(),
        () => world.call("POST", `transit/${path}`, { token, body }),
      ];
      const same = theirSubjects[index];
      if (theirs && same) works.push(() => askOpenBao(theirs.bao, same));
      const [least = Number.NaN, ours = Number.NaN, openBao] = await inTurn(Math.ceil(samples * share), works);
      figures.push(figure(bareName, least, "us"), figure(`${name}, warm`, ours, "us"));
      const parts = items === undefined ? "" : `, ${THEIR_MOST} at a time`;
      if (openBao !== undefined) figures.push(figure(`${name}, OpenBao over HTTP${parts}`, openBao, "us"));
      figures.push(figure(`${name} / bare`, ours / least, "x"));
    }
    return figures;
  } finally {
    theirs?.bao.stop();
  }
};
