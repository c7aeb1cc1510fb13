import {
  constants,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { readFileSync } from "node:fs";
import type { KeyType } from "../../../../../../src/engines/transit/model.ts";
import { Sensitive } from "../../../../../../src/std/sensitive.ts";
import { tryWrite } from "../../../../../../src/storage/change.ts";
import type { TestMount } from "./mount.ts";

/** A key wrapped as whoever imports one does it, and keys of every type to wrap. */
export const wrap = (publicKey: string, key: Uint8Array, hash = "sha256"): Buffer => {
  const aes = randomBytes(32);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("a65959a6", "hex"));
  const wrapped = Buffer.concat([cipher.update(key), cipher.final()]);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return Buffer.concat([publicEncrypt({ key: publicKey, padding, oaepHash: hash }, aes), wrapped]);
};

const pkcs8 = { type: "pkcs8", format: "der" } as const;
const ec = (namedCurve: string): Buffer => generateKeyPairSync("ec", { namedCurve }).privateKey.export(pkcs8);

const RECORDED = JSON.parse(readFileSync(new URL("./openbao-backups.json", import.meta.url), "utf8")) as readonly {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}[];

/** RSA keys take long to make, so these are recorded ones. */
const rsa = (bits: number): Buffer => {
  const text = RECORDED.find(({ name }) => name === `rsa-${bits}`)?.exports["signing-key"]?.["1"];
  return createPrivateKey(text ?? "").export(pkcs8);
};

/** The wrapping key of a mount; a recorded one where there is none. */
export const wrappingKeyOf = async (mount: TestMount): Promise<string> => {
  const key = rsa(4096);
  const publicKey = createPublicKey(createPrivateKey({ key, ...pkcs8 })).export({ type: "spki", format: "der" });
  const put = {
    op: "put",
    address: mount.view.at("wrapping-key"),
    body: { publicKey: publicKey.toString("base64") },
    secrets: { key: new Sensitive<Uint8Array>(key) },
    when: "absent",
  } as const;
  await tryWrite(mount.view, [put]);
  return String((await mount.request("read", "wrapping_key")).data.public_key);
};

/** A secret of each type, as it is wrapped: a new one, but for RSA. */
export const SECRET_OF: Readonly<Record<KeyType, () => Buffer>> = {
  "aes128-gcm96": () => randomBytes(16),
  "aes256-gcm96": () => randomBytes(32),
  "chacha20-poly1305": () => randomBytes(32),
  "xchacha20-poly1305": () => randomBytes(32),
  ed25519: () => generateKeyPairSync("ed25519").privateKey.export(pkcs8),
  "ecdsa-p256": () => ec("P-256"),
  "ecdsa-p384": () => ec("P-384"),
  "ecdsa-p521": () => ec("P-521"),
  "rsa-2048": () => rsa(2048),
  "rsa-3072": () => rsa(3072),
  "rsa-4096": () => rsa(4096),
  hmac: () => randomBytes(100),
};
