import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { KEY_TYPES } from "../../../../../src/engines/transit/model.ts";
import { VaultError } from "../../../../../src/framework/index.ts";
import { JsonNumber, type JsonObject, parseJson, writeJson } from "../../../../../src/std/json.ts";
import { runs } from "../../../../support/runs.ts";
import { createMount, whole } from "./support/mount.ts";

/** Backups that OpenBao 2.6.2 made of keys of every kind, with what it answered about them. */
interface Recorded {
  readonly name: string;
  readonly backup: string;
  readonly read: JsonObject;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const RECORDED = JSON.parse(
  readFileSync(new URL("./support/openbao-backups.json", import.meta.url), "utf8"),
) as readonly Recorded[];

// biome-ignore lint/suspicious/noExplicitAny: what a test looks at is a shape of its own
const decoded = (backup: string): any => parseJson(Buffer.from(backup, "base64").toString());
const encoded = (backup: unknown): string => Buffer.from(writeJson(backup)).toString("base64");

describe("a backup that OpenBao made", () => {
  it("is there of every type", () => {
    const types = new Set(RECORDED.map(({ read }) => String(read["type"])));
    expect([...types].sort()).toEqual([...KEY_TYPES].sort());
  });

  it.each(RECORDED)("of $name restores to the same key", async ({ name, backup, read, exports }) => {
    const mount = createMount();
    await mount.request("update", "restore", { backup });

    const { keys, soft_deleted: _, ...known } = read;
    const { data } = await mount.request("read", `keys/${name}`);
    expect(data).toMatchObject(known);
    expect(Object.keys(data.keys ?? {})).toEqual(Object.keys(keys ?? {}));
    expect(data.restore_info).toMatchObject({ version: read["latest_version"] });
    for (const [kind, texts] of Object.entries(exports)) {
      expect((await mount.request("read", `export/${kind}/${name}`)).data.keys).toEqual(texts);
    }
    await whole(await mount.key(name));
    expect(await mount.strays()).toEqual([]);
  });

  it.each(RECORDED)("of $name is what a backup made here says again", async ({ name, backup }) => {
    const mount = createMount();
    await mount.request("update", "restore", { backup });
    const again = await mount.request("read", `backup/${name}`);

    const before = decoded(backup);
    const after = decoded(again.data.backup);
    const unlike = { backup_info: null, restore_info: null };
    // Times here have milliseconds, and a number of how nonces are made means nothing without convergence.
    const plain = (one: JsonObject) => ({ ...one, time: undefined });
    const alike = (whole: typeof before) => ({
      policy: {
        ...whole.policy,
        ...unlike,
        keys: Object.fromEntries(Object.entries(whole.policy.keys).map(([at, one]) => [at, plain(one as JsonObject)])),
      },
      archived_keys: { keys: whole.archived_keys.keys.map(plain) },
    });
    expect(alike(after)).toEqual(alike(before));
  });
});

describe("a backup made here", () => {
  it.each(KEY_TYPES.filter((type) => !/3072|4096/.test(type)))("of type %s restores to the same key", async (type) => {
    const mount = createMount();
    await mount.make("k", {
      type,
      exportable: true,
      allow_plaintext_backup: true,
      auto_rotate_period: "48h",
      ...(type === "hmac" ? { key_size: 64 } : {}),
    });
    await mount.request("update", "keys/k/rotate");
    const { backup } = (await mount.request("read", "backup/k")).data;
    await mount.request("update", "restore/copy", { backup });

    const [original, copy] = [await whole(await mount.key("k")), await whole(await mount.key("copy"))];
    const secrets = (versions: typeof original) =>
      [...versions.values()].map(({ secret, privateKey, hmac, created }) => [
        Buffer.from(secret?.reveal() ?? []).toString("hex"),
        privateKey?.export({ type: "pkcs8", format: "der" }).toString("hex"),
        Buffer.from(hmac.reveal()).toString("hex"),
        created,
      ]);
    expect(secrets(copy)).toEqual(secrets(original));
    const { id: _, name: __, backup: ___, restore: ____, ...like } = (await mount.key("k")).stored;
    expect((await mount.key("copy")).stored).toMatchObject(like);
  });

  it("of a key that HashiCorp's Vault made for HMACs is told from one for XChaCha20 by its size", async () => {
    const mount = createMount();
    const recorded = RECORDED.find(({ name }) => name === "hmac");
    const whole_ = decoded(recorded?.backup ?? "");
    whole_.policy.type = 11;
    await mount.request("update", "restore/k", { backup: encoded(whole_) });

    expect((await mount.request("read", "keys/k")).data).toMatchObject({ type: "hmac", key_size: 47 });
  });
});

describe("a broken backup, or another text", () => {
  const sources = RECORDED.filter(({ name }) =>
    /^(aes256-gcm96|ed25519|ecdsa-p256|rsa-2048|convergent|trimmed)$/.test(name),
  );

  /** Every place in a JSON value, as a path. */
  const places = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
    typeof value === "object" && value !== null && !(value instanceof JsonNumber)
      ? [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))]
      : [path];

  const replaced = (value: unknown, [first, ...rest]: readonly string[], by: unknown): unknown => {
    if (first === undefined) return by;
    const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...(value as object) };
    Reflect.set(copy, first, replaced(Reflect.get(copy, first), rest, by));
    return copy;
  };

  const ANYTHING = fc.oneof(
    fc.constantFrom(null, "", "AA==", "!", 0, -1, 1e300, 1.5, 2 ** 53, [], {}, true, "0001-01-01T00:00:00Z", "a/b"),
    fc.integer(),
    fc.bigInt({ min: 0n, max: 2n ** 4200n }).map((number) => new JsonNumber(String(number))),
    fc.string(),
  );

  it("is refused with a 400, or restores a whole key; it leaves nothing else behind", async () => {
    const cases = fc.constantFrom(...sources).chain((recorded) => {
      const whole_ = decoded(recorded.backup);
      return fc.tuple(fc.constant(whole_), fc.constantFrom(...places(whole_)), ANYTHING);
    });
    await fc.assert(
      fc.asyncProperty(cases, async ([whole_, place, by]) => {
        const mount = createMount();
        const backup = encoded(replaced(whole_, place, by));
        const refusal = await mount.request("update", "restore/k", { backup }).then(
          () => undefined,
          (cause: unknown) => cause,
        );
        if (refusal === undefined) await whole(await mount.key("k"));
        else {
          expect(refusal).toBeInstanceOf(VaultError);
          expect(refusal).toMatchObject({ code: "invalid_request" });
          expect(await mount.view.list("key/")).toEqual([]);
        }
        expect(await mount.strays()).toEqual([]);
      }),
      { numRuns: runs(150, 20_000) },
    );
  });

  it("is refused whatever it is", async () => {
    const mount = createMount();
    const deep = `${"[".repeat(100_000)}`;
    for (const backup of ["%", "AAAA", encoded(null), encoded([]), encoded({}), Buffer.from(deep).toString("base64")]) {
      await expect(mount.request("update", "restore/k", { backup })).rejects.toMatchObject({ code: "invalid_request" });
    }
    expect(mount.view.keys()).toEqual([]);
  });

  it("is refused for a name that keys cannot have, and for what is not done here", async () => {
    const mount = createMount();
    const [aes] = sources;
    const whole_ = decoded(aes?.backup ?? "");
    const wrong: readonly (readonly [change: JsonObject, wire: string])[] = [
      [{ name: "a/b" }, "key names cannot be paths"],
      [{ name: "" }, "key names cannot be paths"],
      [{ derived: true, kdf: 2 }, "this way of deriving keys is not supported for keys of this kind"],
      [{ version_template: "x{{version}}" }, "a version template is not supported"],
      [{ soft_deleted: true }, "the key was soft-deleted before it was backed up"],
      [{ type: 12 }, "unsupported key type 12"],
      [{ min_decryption_version: 3 }, "the versions of the key contradict each other"],
      [{ latest_version: 9 }, "the backup lacks version 3"],
      [
        { derived: true, kdf: 1, convergent_encryption: true },
        "convergent encryption of an old version is not supported",
      ],
    ];
    for (const [change, wire] of wrong) {
      const backup = encoded({ ...whole_, policy: { ...whole_.policy, ...change } });
      await expect(mount.request("update", "restore", { backup })).rejects.toMatchObject({ wire });
    }
    expect(mount.view.keys()).toEqual([]);
  });
});

describe("a time or a period in a backup that is too large", () => {
  const [aes] = RECORDED.filter(({ name }) => name === "aes256-gcm96");
  const restored = async (change: (whole_: JsonObject) => unknown) => {
    const mount = createMount();
    const whole_ = decoded(aes?.backup ?? "");
    change(whole_);
    const told = mount.request("update", "restore/k", { backup: encoded(whole_) });
    return { mount, told };
  };

  it.each([2 ** 53 - 1, 253_402_300_800])("makes no key that nobody can read: second %i", async (creation_time) => {
    const { mount, told } = await restored(({ policy }) => {
      for (const version of Object.values((policy as { keys: JsonObject }).keys) as JsonObject[]) {
        Object.assign(version, { creation_time, time: "0001-01-01T00:00:00Z" });
      }
    });
    await expect(told).rejects.toMatchObject({ code: "invalid_request" });
    expect(mount.view.keys()).toEqual([]);
  });

  it.each([1e25, 1e300, 2 ** 53])("makes no key that nobody can read: %d nanoseconds", async (period) => {
    const { mount, told } = await restored(({ policy }) =>
      Object.assign(policy as JsonObject, { auto_rotate_period: period }),
    );
    const refusal = await told.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (refusal === undefined) expect((await mount.request("read", "keys/k")).status).toBe(200);
    else expect(refusal).toMatchObject({ code: "invalid_request" });
    await mount.keep();
  });
});

describe("a restore", () => {
  it("by force replaces the key with all its versions, and without leaves it alone", async () => {
    const mount = createMount();
    const recorded = RECORDED.find(({ name }) => name === "aes256-gcm96");
    await mount.make("k");
    for (let n = 0; n < 4; n += 1) await mount.request("update", "keys/k/rotate");
    const { backup } = recorded ?? {};

    await expect(mount.request("update", "restore/k", { backup: backup ?? "" })).rejects.toMatchObject({
      wire: 'key "k" already exists',
    });
    expect((await mount.key("k")).stored.latest).toBe(5);
    expect(await mount.strays()).toEqual([]);
    await mount.request("update", "restore/k", { backup: backup ?? "", force: true });
    expect((await mount.key("k")).stored.latest).toBe(2);
    expect(await mount.strays()).toEqual([]);
  });
});
