import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import type { HashConstructor } from "@smithy/types";
import fc from "fast-check";
import { Sha256 } from "../../../src/aws-clients/sha256.ts";
import { runs } from "../../support/runs.ts";

const bytes = fc.uint8Array({ maxLength: 200 });
const text = fc.string({ unit: "binary", maxLength: 100 });
/** The same bytes in each of the forms that signatures may come with. */
const forms = (given: Uint8Array) => [
  given,
  Buffer.from(given),
  given.slice().buffer,
  new DataView(given.buffer, given.byteOffset, given.byteLength),
];

describe("the hash of signatures", () => {
  it("is SHA-256, and HMAC under a key, whatever both come in", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, bytes, text, async (key, data, words) => {
        const plain = createHash("sha256").update(data).update(words).digest("hex");
        const keyed = createHmac("sha256", key).update(data).update(words).digest("hex");
        for (const given of forms(data)) {
          for (const [secret, expected] of [
            [undefined, plain] as const,
            ...forms(key).map((it) => [it, keyed] as const),
          ]) {
            const hash = new Sha256(secret);
            hash.update(given);
            hash.update(words);
            expect(Buffer.from(await hash.digest()).toString("hex")).toBe(expected);
          }
        }
      }),
      { numRuns: runs(30, 1000) },
    );
  });

  it("begins again when told to", async () => {
    const hash = new Sha256("key");
    hash.update("something else");
    hash.reset();
    hash.update("data");
    expect(Buffer.from(await hash.digest())).toEqual(createHmac("sha256", "key").update("data").digest());
  });

  it("gives the signatures that the SDK's own gives, call after call", async () => {
    const signatures = async (sha256: HashConstructor) => {
      const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret", sessionToken: "session" };
      const signer = new SignatureV4({ region: "eu-central-1", service: "kms", credentials, sha256 });
      const signed: unknown[] = [];
      for (const day of [1, 1, 2, 1]) {
        const request = {
          method: "POST",
          protocol: "https:",
          hostname: "kms.eu-central-1.amazonaws.com",
          path: "/",
          query: {},
          headers: { host: "kms.eu-central-1.amazonaws.com", "x-amz-target": "TrentService.Decrypt" },
          body: `{"day":${day}}`,
        };
        const { headers } = await signer.sign(request, { signingDate: new Date(Date.UTC(2030, 0, day)) });
        signed.push(headers["authorization"]);
      }
      return signed;
    };
    const ours = await signatures(Sha256);
    expect(ours).toEqual(await signatures(Hash.bind(null, "sha256")));
    expect(new Set(ours).size).toBe(2);
  });
});
