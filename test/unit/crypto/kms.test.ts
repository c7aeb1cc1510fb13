import { beforeEach, describe, expect, it } from "@jest/globals";
import { createKeyWrap, KeysUnavailable, OpenRefused } from "../../../src/crypto/index.ts";
import type { KeyWrap } from "../../../src/crypto/kms.ts";
import { createFakeKms, type FakeKms } from "../../support/kms.ts";

const ID = "0aa1-key";
const ARN = `arn:aws:kms:us-east-1:000000000000:key/${ID}`;
const USE = { domain: "token", use: "data:1" };

let kms: FakeKms;
beforeEach(() => {
  kms = createFakeKms(ARN);
});

const wrapUnder = (keyId: string, fake: FakeKms = kms): KeyWrap =>
  createKeyWrap({ kms: fake.client, keyId, table: "zeroth" });

/** Lets every answer name this key as the one that was used. */
const answerAs = (fake: FakeKms, keyId: string): void => {
  fake.answer = (answer) => Object.assign(answer, { KeyId: keyId });
};

describe("the key KMS says it used", () => {
  it.each([
    ["the configured ARN", ARN, ARN, true],
    ["another ARN", ARN, `${ARN}2`, false],
    ["the ARN of the configured id", ID, ARN, true],
    ["an ARN whose id ends in the configured id", ID, `arn:aws:kms:us-east-1:000000000000:key/x${ID}`, false],
    ["an ARN that ends in the configured ARN", ARN, `arn:aws:kms:us-east-1:1:key/${ARN}`, false],
    ["any key, where an alias is configured", "alias/zeroth", ARN, true],
    ["no key at all, where an alias is configured", "alias/zeroth", "", false],
  ])("%s counts as it should", async (_what, configured, used, accepted) => {
    const fake = createFakeKms(configured);
    answerAs(fake, used);
    const made = wrapUnder(configured, fake).make(USE);
    if (accepted) expect((await made).length).toBeGreaterThan(0);
    else await expect(made).rejects.toThrow(OpenRefused);
  });
});

describe("making a key", () => {
  it.each([undefined, new Uint8Array()])("is refused where KMS answers no wrapped key: %j", async (blob) => {
    kms.answer = (answer) => Object.assign(answer, { CiphertextBlob: blob });
    await expect(wrapUnder(ARN).make(USE)).rejects.toThrow("KMS answered no wrapped key");
  });

  it("is refused where KMS refuses", async () => {
    kms.fail = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    await expect(wrapUnder(ARN).make(USE)).rejects.toThrow(OpenRefused);
  });

  it("can be tried again where KMS does not answer, whatever was thrown", async () => {
    kms.answer = () => {
      throw "a text and not an error";
    };
    const made = wrapUnder(ARN).make(USE);
    await expect(made).rejects.toThrow(KeysUnavailable);
    await expect(made).rejects.toThrow("unknown failure");
  });
});
