import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { as, type MountId } from "../../../src/std/brand.ts";
import { type JsonValue, parseJson, writeJson } from "../../../src/std/json.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import type { View } from "../../../src/storage/index.ts";
import { MAX_BODY_BYTES } from "../../../src/storage/limits.ts";
import { decode, encode } from "../../../src/storage/plaintext.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";
import { codePoint } from "../../support/text.ts";

let test: TestStore;
let view: View;
beforeEach(async () => {
  test = await createTestStore();
  view = await test.store.view(as<MountId>("pki:1"));
});

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 7) % 256);

describe("secret bytes of an entry", () => {
  it("come back as they were written, with the body", async () => {
    const address = view.at("ca");
    const secrets = { key: new Sensitive(bytes(1200)), empty: new Sensitive(new Uint8Array(0)) };
    await view.write([{ op: "put", address, body: { type: "rsa" }, secrets, when: "absent" }]);
    const entry = await view.get(address);

    expect(entry?.body).toEqual({ type: "rsa" });
    expect(Object.keys(entry?.secrets ?? {}).sort()).toEqual(["empty", "key"]);
    expect(entry?.secrets?.["key"]?.reveal()).toEqual(bytes(1200));
    expect(entry?.secrets?.["empty"]?.reveal()).toEqual(new Uint8Array(0));
  });

  it("do not show when the entry is printed or made JSON", async () => {
    const address = view.at("ca");
    const word = "correct-horse-battery";
    const secrets = { key: new Sensitive(new Uint8Array(Buffer.from(word))) };
    await view.write([{ op: "put", address, body: null, secrets, when: "any" }]);
    const entry = await view.get(address);
    const shown = inspect(entry, { depth: 9 }) + JSON.stringify(entry);

    expect(shown).toContain("[redacted]");
    expect(shown).not.toContain(word);
    expect(shown).not.toContain(Buffer.from(word).toString("base64").slice(0, 12));
  });

  it("are spread with a large body, and count towards its limit", async () => {
    const address = view.at("ca");
    const put = (length: number) =>
      view.write([{ op: "put", address, body: "x", secrets: { key: new Sensitive(bytes(length)) }, when: "any" }]);
    await put(900_000);
    expect((await view.get(address))?.secrets?.["key"]?.reveal()).toEqual(bytes(900_000));

    await expect(put(1024 * 1024)).rejects.toMatchObject({ code: "payload_too_large" });
  });

  it("go with the write that leaves them out", async () => {
    const address = view.at("ca");
    await view.write([{ op: "put", address, body: 1, secrets: { key: new Sensitive(bytes(3)) }, when: "any" }]);
    await view.write([{ op: "put", address, body: 2, when: "any" }]);

    expect(await view.get(address)).toMatchObject({ body: 2 });
    expect((await view.get(address))?.secrets).toBeUndefined();
  });

  it("survive the erasing of the plaintext, and are erased by nobody but their holder", () => {
    const plain = encode("n", 1, { key: new Sensitive(bytes(9)) });
    const { secrets } = decode(plain);
    plain.fill(0);

    expect(secrets?.["key"]?.reveal()).toEqual(bytes(9));
  });
});

describe("a plaintext", () => {
  it("of a body at the limit is sealed, and of one byte more is not, whatever the name", () => {
    const fits = MAX_BODY_BYTES - 2;
    for (const name of [undefined, "n".repeat(500), "ß☃"]) {
      expect(encode(name, "x".repeat(fits)).length).toBeGreaterThan(MAX_BODY_BYTES);
      expect(() => encode(name, "x".repeat(fits + 1))).toThrow("above 1 MiB");
      expect(() => encode(name, "x".repeat(fits), { key: new Sensitive(bytes(1)) })).toThrow("above 1 MiB");
    }
  });

  const json = fc.jsonValue().map((value): JsonValue => parseJson(JSON.stringify(value)));
  const secret = fc.uint8Array({ maxLength: 80 });

  it("is read back as it was written, whatever body, name and bytes hold", () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ unit: codePoint }), { nil: undefined }),
        fc.oneof(json, fc.constant('\u0000\n[["a",1]]\n')),
        fc.dictionary(fc.string(), secret, { maxKeys: 4, noNullPrototype: true }),
        (name, body, given) => {
          const named = Object.entries(given).map(([key, value]) => [key, new Sensitive(value)] as const);
          const back = decode(encode(name, body, Object.fromEntries(named)));

          expect(back.name).toBe(name);
          expect(writeJson(back.body)).toBe(writeJson(body));
          const found = Object.entries(back.secrets ?? {}).map(([key, value]) => [key, [...value.reveal()]]);
          expect(found).toEqual(named.map(([key, value]) => [key, [...value.reveal()]]));
        },
      ),
    );
  });

  it("without secret bytes is what it was before there were any", () => {
    expect(encode("a", { b: 1 }).toString("utf8")).toBe('"a"\n{"b":1}');
    expect(encode(undefined, null, {}).toString("utf8")).toBe("null\nnull");
  });
});
