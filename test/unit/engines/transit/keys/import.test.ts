import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { KEY_TYPES, type KeyType } from "../../../../../src/engines/transit/model.ts";
import { runs } from "../../../../support/runs.ts";
import { createMount, type TestMount, whole } from "./support/mount.ts";
import { SECRET_OF, wrap, wrappingKeyOf } from "./support/wrapping.ts";

const mount = createMount();
const wrappingKey = await wrappingKeyOf(mount);

let count = 0;
const fresh = (): string => `k${++count}`;

const bring = (name: string, type: string, secret: Uint8Array, more: Readonly<Record<string, boolean | string>> = {}) =>
  mount.request("update", `keys/${name}/import`, {
    type,
    ciphertext: wrap(wrappingKey, secret).toString("base64"),
    ...more,
  });

const pem = (der: Buffer): string =>
  createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }))
    .export({ type: "spki", format: "pem" })
    .toString();

const HAS_PAIR = KEY_TYPES.filter((type) => !/gcm|chacha|hmac/.test(type));

/** The secret of a version as it was wrapped. */
const secretOf = async (from: TestMount, name: string, number = 1): Promise<Buffer> => {
  const version = await (await from.key(name)).version(number);
  const pair = version?.privateKey?.export({ type: "pkcs8", format: "der" });
  return pair ?? Buffer.from((version?.secret ?? version?.hmac)?.reveal() ?? []);
};

describe("a key that was made elsewhere", () => {
  it.each(KEY_TYPES)("of type %s is the one that was wrapped", async (type) => {
    const name = fresh();
    const secret = SECRET_OF[type]();
    await bring(name, type, secret);

    expect((await secretOf(mount, name)).equals(secret)).toBe(true);
    const { data } = await mount.request("read", `keys/${name}`);
    expect(data).toMatchObject({ type, imported_key: true, imported_key_allow_rotation: false, latest_version: 1 });
    expect(data.key_size).toBe(type === "hmac" ? 100 : undefined);
    await expect(mount.request("update", `keys/${name}/rotate`)).rejects.toMatchObject({
      wire: `imported key ${name} does not allow rotation within Vault`,
    });
  });

  it("is rotated here where that was allowed, and imported no more from then on", async () => {
    const name = fresh();
    await bring(name, "hmac", randomBytes(48), { allow_rotation: true });
    const { data } = await mount.request("update", `keys/${name}/rotate`);

    expect(data).toMatchObject({ latest_version: 2, imported_key: false, key_size: 48 });
    expect((await whole(await mount.key(name))).size).toBe(2);
    await expect(mount.request("update", `keys/${name}/import_version`, { ciphertext: "" })).rejects.toMatchObject({
      wire: "the import_version endpoint can only be used with an imported key",
    });
  });

  it("has a type as callers have always written it, in any case", async () => {
    const name = fresh();
    await bring(name, "AES256-GCM96", randomBytes(32));
    expect((await mount.request("read", `keys/${name}`)).data.type).toBe("aes256-gcm96");
  });

  const length = (type: KeyType): number => SECRET_OF[type]().length;
  /** An HMAC key is any bytes of some length, and the types of 32 bytes differ in name alone. */
  const passes = (type: KeyType, other: KeyType): boolean =>
    other === "hmac" ? length(type) >= 32 && length(type) <= 512 : length(type) === length(other);

  it.each(KEY_TYPES)("of type %s is refused as any other", async (type) => {
    const secret = SECRET_OF[type]();
    for (const other of KEY_TYPES.filter((other) => !passes(type, other))) {
      const name = fresh();
      await expect(bring(name, other, secret)).rejects.toMatchObject({ code: "invalid_request" });
      await expect(mount.request("read", `keys/${name}`)).resolves.toMatchObject({ status: 404 });
    }
  });

  const pkcs8 = { type: "pkcs8", format: "der" } as const;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const ODD: readonly (readonly [what: string, type: KeyType, secret: Buffer])[] = [
    [
      "an RSA key that is too short",
      "rsa-2048",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export(pkcs8),
    ],
    [
      "a curve nobody asked for",
      "ecdsa-p256",
      generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey.export(pkcs8),
    ],
    ["Ed448", "ed25519", generateKeyPairSync("ed448").privateKey.export(pkcs8)],
    ["X25519", "ed25519", generateKeyPairSync("x25519").privateKey.export(pkcs8)],
    [
      "an RSA key for PSS alone",
      "rsa-2048",
      generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey.export(pkcs8),
    ],
    ["SEC 1", "ecdsa-p256", ec.export({ type: "sec1", format: "der" })],
    ["PEM", "ecdsa-p256", Buffer.from(ec.export({ type: "pkcs8", format: "pem" }))],
    ["a key with a passphrase", "ecdsa-p256", ec.export({ ...pkcs8, cipher: "aes-256-cbc", passphrase: "p" })],
    ["the halves of two pairs", "ecdsa-p256", halves()],
    ["nothing", "ecdsa-p256", Buffer.alloc(1)],
    ["an HMAC key that is too short", "hmac", randomBytes(31)],
    ["an HMAC key that is too long", "hmac", randomBytes(513)],
  ];

  /** The public key of a pair lies behind its private one in PKCS #8. */
  function halves(): Buffer {
    const one = SECRET_OF["ecdsa-p256"]();
    return Buffer.concat([one.subarray(0, -65), SECRET_OF["ecdsa-p256"]().subarray(-65)]);
  }

  it.each(ODD)("that is %s is refused, and what was wrapped shows nowhere", async (_, type, secret) => {
    const name = fresh();
    const refusal = await bring(name, type, secret).catch((cause: unknown) => cause);

    expect(refusal).toMatchObject({ code: "invalid_request" });
    const said = JSON.stringify([refusal, String(refusal), Reflect.get(Object(refusal), "cause")]);
    for (const encoding of ["hex", "base64"] as const) {
      if (secret.length > 8) expect(said).not.toContain(secret.subarray(0, 12).toString(encoding));
    }
    await expect(mount.request("read", `keys/${name}`)).resolves.toMatchObject({ status: 404 });
  });
});

describe("what is wrapped badly", () => {
  const ONE_TEXT = "the ciphertext cannot be unwrapped with the wrapping key of this mount";
  const whole_ = wrap(wrappingKey, randomBytes(32));
  const attempt = (ciphertext: Buffer, hash = "SHA256") =>
    mount.request("update", "keys/bad/import", { ciphertext: ciphertext.toString("base64"), hash_function: hash });

  it("has one text, wherever it was changed", async () => {
    const places = fc.nat(whole_.length - 1);
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const changed = Buffer.from(whole_);
        changed[place] = (changed[place] ?? 0) ^ change;
        await expect(attempt(changed)).rejects.toMatchObject({ wire: ONE_TEXT });
      }),
      { numRuns: runs(30, 1000) },
    );
  });

  it("has the same one where it was cut off or goes on, and for another hash or another mount's key", async () => {
    for (const length of [0, 1, 511, 512]) {
      const wire = "provided ciphertext is too short";
      await expect(attempt(whole_.subarray(0, length))).rejects.toMatchObject({ wire });
    }
    for (const length of [513, 520, 551]) {
      await expect(attempt(whole_.subarray(0, length))).rejects.toMatchObject({ wire: ONE_TEXT });
    }
    await expect(attempt(Buffer.concat([whole_, Buffer.alloc(8)]))).rejects.toMatchObject({ wire: ONE_TEXT });
    await expect(attempt(whole_, "SHA512")).rejects.toMatchObject({ wire: ONE_TEXT });
    const other = createMount();
    const body = { ciphertext: whole_.toString("base64") };
    await expect(other.request("update", "keys/bad/import", body)).rejects.toMatchObject({ wire: ONE_TEXT });
  });

  it("is a short AES key too", async () => {
    const { constants, publicEncrypt, createCipheriv } = await import("node:crypto");
    const aes = randomBytes(16);
    const cipher = createCipheriv("id-aes128-wrap-pad", aes, Buffer.from("a65959a6", "hex"));
    const wrapped = Buffer.concat([cipher.update(randomBytes(32)), cipher.final()]);
    const options = { key: wrappingKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };

    await expect(attempt(Buffer.concat([publicEncrypt(options, aes), wrapped]))).rejects.toMatchObject({
      wire: ONE_TEXT,
    });
  });
});

describe("a further version of an imported key", () => {
  it.each(["aes256-gcm96", "ecdsa-p384", "hmac"] as const)("of type %s is the latest", async (type) => {
    const name = fresh();
    await bring(name, type, SECRET_OF[type]());
    const second = SECRET_OF[type]();
    await mount.request("update", `keys/${name}/import_version`, {
      ciphertext: wrap(wrappingKey, second, "sha384").toString("base64"),
      hash_function: "sha384",
    });

    expect((await mount.key(name)).stored.latest).toBe(2);
    expect((await secretOf(mount, name, 2)).equals(second)).toBe(true);
    expect((await whole(await mount.key(name))).size).toBe(2);
  });

  it.each(HAS_PAIR.filter((type) => !/[34]0?96|3072/.test(type)))(
    "of type %s: the private half joins its public key, in memory too",
    async (type) => {
      const name = fresh();
      const secret = SECRET_OF[type]();
      await mount.request("update", `keys/${name}/import`, { type, public_key: pem(secret) });
      expect((await (await mount.key(name)).version(1))?.privateKey).toBeUndefined();
      const hmac = (await (await mount.key(name)).version(1))?.hmac.reveal();

      await mount.request("update", `keys/${name}/import_version`, {
        ciphertext: wrap(wrappingKey, secret).toString("base64"),
      });

      expect((await mount.key(name)).stored.latest).toBe(1);
      expect((await secretOf(mount, name)).equals(secret)).toBe(true);
      expect((await (await mount.key(name)).version(1))?.hmac.reveal()).toEqual(hmac);
    },
  );

  it("is a version of its own where it is not the half of the latest", async () => {
    const name = fresh();
    await mount.request("update", `keys/${name}/import`, { type: "ed25519", public_key: pem(SECRET_OF.ed25519()) });
    await mount.request("update", `keys/${name}/import_version`, {
      ciphertext: wrap(wrappingKey, SECRET_OF.ed25519()).toString("base64"),
    });

    expect((await mount.key(name)).stored.latest).toBe(2);
  });

  it("goes to the version that is named, and nowhere else", async () => {
    const name = fresh();
    const [first, second] = [SECRET_OF.ed25519(), SECRET_OF.ed25519()];
    await mount.request("update", `keys/${name}/import`, { type: "ed25519", public_key: pem(first) });
    await mount.request("update", `keys/${name}/import_version`, { public_key: pem(second) });
    const half = (secret: Buffer, version: number) =>
      mount.request("update", `keys/${name}/import_version`, {
        ciphertext: wrap(wrappingKey, secret).toString("base64"),
        version,
      });

    await expect(half(second, 1)).rejects.toMatchObject({ wire: "cannot import key, key pair does not match" });
    await expect(half(first, 3)).rejects.toMatchObject({ wire: "no such key version" });
    await half(first, 1);
    await expect(half(first, 1)).rejects.toMatchObject({ wire: "private key imported, key version cannot be updated" });
    await expect(
      mount.request("update", `keys/${name}/import_version`, { public_key: pem(second), version: 2 }),
    ).rejects.toMatchObject({ wire: "cannot add a public key to a key version that already has a public key set" });
    expect((await mount.key(name)).stored.latest).toBe(2);
  });

  it("is one each, of several that are brought at the same time", async () => {
    const name = fresh();
    await bring(name, "aes128-gcm96", randomBytes(16));
    const secrets = Array.from({ length: 6 }, () => randomBytes(16));
    await Promise.all(
      secrets.map((secret) =>
        mount.request("update", `keys/${name}/import_version`, {
          ciphertext: wrap(wrappingKey, secret).toString("base64"),
        }),
      ),
    );

    const versions = await whole(await mount.key(name));
    const found = [...versions.values()].map(({ secret }) => Buffer.from(secret?.reveal() ?? []).toString("hex"));
    expect(found).toEqual(expect.arrayContaining(secrets.map((secret) => secret.toString("hex"))));
    expect(versions.size).toBe(7);
  });
});

describe("the wrapping key", () => {
  it("is made once, whoever asks at the same time, and costs one read from then on", async () => {
    const fresh = createMount();
    const ask = async () => String((await fresh.request("read", "wrapping_key")).data.public_key);
    const keys = await Promise.all([ask(), ask()]);
    fresh.view.calls.splice(0);

    expect(new Set([...keys, await ask()]).size).toBe(1);
    expect(createPublicKey(keys[0]).asymmetricKeyDetails?.modulusLength).toBe(4096);
    expect(fresh.view.calls).toEqual([{ kind: "get", members: 1 }]);
    expect(await fresh.view.list("key/")).toEqual([]);
  });
});
