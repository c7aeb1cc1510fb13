import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "@jest/globals";
import { privateKeyOf } from "../../../src/std/private-key.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });

it("reads a private key wherever its bytes lie, and leaves them as they are", () => {
  const around = Buffer.concat([Buffer.alloc(7, 1), pkcs8, Buffer.alloc(5, 2)]);
  const before = Buffer.from(around);
  const bytes = new Uint8Array(around.buffer, around.byteOffset + 7, pkcs8.length);
  expect(privateKeyOf(new Sensitive(bytes)).equals(privateKey)).toBe(true);
  expect(around.equals(before)).toBe(true);
});

it("makes no key of other bytes", () => {
  expect(() => privateKeyOf(new Sensitive(pkcs8.subarray(1)))).toThrow();
  expect(() => privateKeyOf(new Sensitive(Buffer.alloc(0)))).toThrow();
});
