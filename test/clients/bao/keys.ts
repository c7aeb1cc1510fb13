import { createHash } from "node:crypto";
import { type OpenBao, runOpenBao, speakerAt } from "../../../scripts/bench/openbao.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../src/std/json.ts";

/**
 * Keys of the engine `transit` that go from a server of OpenBao to ours by backup and restore, and the other way: what
 * one encrypted, signed or authenticated, the other decrypts and verifies, with every type and every signature.
 * Arguments: OpenBao's program, our address, our root token.
 */

const [, , program = "", address = "", rootToken = ""] = process.argv;

type Server = Pick<OpenBao, "post" | "get">;

const MOUNT = "bao-keys";
const member = ({ data }: JsonObject, name: string): JsonValue | undefined =>
  data !== undefined && isJsonObject(data) ? data[name] : undefined;
const use = async (server: Server, path: string, body: object, name: string): Promise<string> =>
  String(member(await server.post(`${MOUNT}/${path}`, body), name));

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const MESSAGE = "the quick brown fox";
const INPUT = base64(MESSAGE);
const CONTEXT = base64("one context");
const HASHES: Readonly<Record<string, string>> = {
  sha1: "sha1",
  "sha2-224": "sha224",
  "sha2-256": "sha256",
  "sha2-384": "sha384",
  "sha2-512": "sha512",
  "sha3-224": "sha3-224",
  "sha3-256": "sha3-256",
  "sha3-384": "sha3-384",
  "sha3-512": "sha3-512",
};

interface Kind {
  readonly name: string;
  readonly options: object;
  readonly encrypts: boolean;
  readonly derived: boolean;
  readonly convergent: boolean;
  readonly signs: "" | "rsa" | "ecdsa" | "ed25519";
}

const AEAD = ["aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"];
const plainKind = (type: string, signs: Kind["signs"], encrypts: boolean, options: object = {}): Kind => ({
  name: type,
  options: { type, ...options },
  encrypts,
  derived: false,
  convergent: false,
  signs,
});
const derivedKind = (type: string, convergent: boolean, signs: Kind["signs"] = ""): Kind => ({
  name: `${convergent ? "convergent" : "derived"} ${type}`,
  options: { type, derived: true, convergent_encryption: convergent },
  encrypts: signs === "",
  derived: true,
  convergent,
  signs,
});
const KINDS: readonly Kind[] = [
  ...AEAD.flatMap((type) => [plainKind(type, "", true), derivedKind(type, false), derivedKind(type, true)]),
  ...["rsa-2048", "rsa-3072", "rsa-4096"].map((type) => plainKind(type, "rsa", true)),
  ...["ecdsa-p256", "ecdsa-p384", "ecdsa-p521"].map((type) => plainKind(type, "ecdsa", false)),
  plainKind("ed25519", "ed25519", false),
  derivedKind("ed25519", false, "ed25519"),
  plainKind("hmac", "", false, { key_size: 64 }),
];

/** Every signature that a key can make: the body of `sign`, and of `verify` but for the signature. */
const signatures = ({ signs, derived }: Kind): readonly object[] => {
  if (signs === "") return [];
  const context = derived ? { context: CONTEXT } : {};
  if (signs === "ed25519") {
    return [
      { input: INPUT, ...context },
      { input: INPUT, marshaling_algorithm: "jws", ...context },
    ];
  }
  const bodies = Object.entries(HASHES).flatMap(([hash_algorithm, node]) => {
    const digest = createHash(node).update(MESSAGE).digest("base64");
    const inputs = [{ input: INPUT }, { input: digest, prehashed: true }];
    const ways =
      signs === "ecdsa"
        ? [{ marshaling_algorithm: "asn1" }, { marshaling_algorithm: "jws" }]
        : [{ salt_length: "hash" }, {}, { salt_length: 11 }, { signature_algorithm: "pkcs1v15" }];
    return inputs.flatMap((input) => ways.map((way) => ({ hash_algorithm, ...input, ...way })));
  });
  return [...bodies, { input: INPUT, hash_algorithm: "none", prehashed: true, signature_algorithm: "pkcs1v15" }];
};

const same = (what: string, one: string, two: string): void => {
  if (one !== two) throw new Error(`${what}: ${one.slice(0, 80)} and ${two.slice(0, 80)}`);
};

/** Both servers hold the key: what `maker` makes, `other` understands. */
const understands = async (kind: Kind, key: string, maker: Server, other: Server): Promise<void> => {
  for (const version of [1, 2]) {
    const context = kind.derived ? { context: CONTEXT } : {};
    if (kind.encrypts) {
      const bound = AEAD.some((type) => kind.name.endsWith(type)) ? [{}, { associated_data: INPUT }] : [{}];
      for (const aad of bound) {
        const body = { plaintext: INPUT, key_version: version, ...context, ...aad };
        const ciphertext = await use(maker, `encrypt/${key}`, body, "ciphertext");
        same("decrypted", await use(other, `decrypt/${key}`, { ciphertext, ...context, ...aad }, "plaintext"), INPUT);
        if (kind.convergent && !("associated_data" in aad)) {
          same("convergent", await use(other, `encrypt/${key}`, body, "ciphertext"), ciphertext);
        }
      }
    }
    for (const [algorithm] of Object.entries(HASHES)) {
      const body = { input: INPUT, algorithm, key_version: version };
      const [one, two] = [await use(maker, `hmac/${key}`, body, "hmac"), await use(other, `hmac/${key}`, body, "hmac")];
      same(`HMAC with ${algorithm}`, one, two);
    }
    // The second version signs as the first does: a few suffice.
    for (const body of signatures(kind).slice(0, version === 1 ? undefined : 3)) {
      const signature = await use(maker, `sign/${key}`, { ...body, key_version: version }, "signature");
      same(JSON.stringify(body), await use(other, `verify/${key}`, { ...body, signature }, "valid"), "true");
    }
  }
};

/** Makes a key of two versions at one server and restores it at the other. */
const moved = async (kind: Kind, key: string, from: Server, to: Server): Promise<void> => {
  await from.post(`${MOUNT}/keys/${key}`, { ...kind.options, exportable: true, allow_plaintext_backup: true });
  await from.post(`${MOUNT}/keys/${key}/rotate`, {});
  const backup = member(await from.get(`${MOUNT}/backup/${key}`), "backup");
  await to.post(`${MOUNT}/restore/${key}`, { backup });
};

let failed = 0;
const check = async (name: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
    console.info(`ok ${name}`);
  } catch (cause) {
    failed += 1;
    console.info(`not ok ${name}: ${cause instanceof Error ? cause.message.replace(/\s+/g, " ") : String(cause)}`);
  }
};

const [ours, theirs] = [speakerAt("Zeroth", address, rootToken), await runOpenBao(program)];
try {
  const health = await theirs.get("sys/health");
  console.info(`# OpenBao, as a server next to ours ${health["version"]}`);
  for (const server of [ours, theirs]) await server.post(`sys/mounts/${MOUNT}`, { type: "transit" });
  for (const kind of KINDS) {
    const key = kind.name.replace(" ", "-");
    for (const [name, from, to] of [
      ["from OpenBao", theirs, ours],
      ["to OpenBao", ours, theirs],
    ] as const) {
      await check(`${kind.name}: a key ${name} understands, and is understood`, async () => {
        const moving = `${key}-${name.slice(0, 2)}`;
        await moved(kind, moving, from, to);
        await understands(kind, moving, from, to);
        await understands(kind, moving, to, from);
      });
    }
  }
} finally {
  theirs.stop();
}
process.exitCode = failed > 0 ? 1 : 0;
