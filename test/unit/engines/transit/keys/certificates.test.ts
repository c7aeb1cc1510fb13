import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { systemRandom } from "../../../../../src/std/random.ts";
import { pemBlock } from "../../../../../src/x509/index.ts";
import {
  basicConstraints,
  makeRequest,
  randomSerial,
  readRequest,
  signCertificate,
  signerFor,
} from "../../../../../src/x509/issuing/index.ts";
import { createMount, START } from "./support/mount.ts";

const COMMON_NAME = "2.5.4.3";
const name = (value: string) => [[{ type: COMMON_NAME, value }]];
const authority = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

const certificate = (publicKey: KeyObject, isAuthority: boolean): string => {
  const plan = {
    serial: randomSerial(systemRandom),
    subject: name("subject"),
    issuer: name("authority"),
    notBefore: START,
    notAfter: START + 86_400_000,
    publicKey,
    extensions: isAuthority ? [basicConstraints({})] : [],
  };
  return `${pemBlock("CERTIFICATE", signCertificate(plan, signerFor(authority)))}\n`;
};

const mount = createMount();
await mount.make("k", { type: "ecdsa-p256" });
const own = (await (await mount.key("k")).version(1))?.publicKey;
if (!own) throw new Error("the key has no public half");
const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
const leaf = certificate(own, false);
const above = certificate(other, true);

const set = (certificate_chain: string, more = {}) =>
  mount.request("update", "keys/k/set-certificate", { certificate_chain, ...more });

describe("a certificate chain", () => {
  it("is kept with the version whose key it certifies, and shown by reads and exports", async () => {
    await set(leaf + above);

    const shown = (await mount.request("read", "keys/k")).data.keys["1"].certificate_chain;
    expect(`${shown}\n`).toBe(leaf + above);
    const exported = await mount.request("read", "export/certificate-chain/k");
    expect(exported.data.keys).toEqual({ "1": shown });
    await mount.request("update", "keys/k/rotate");
    expect((await mount.request("read", "keys/k")).data.keys).toMatchObject({
      "1": { certificate_chain: shown },
      "2": { certificate_chain: "" },
    });
  });

  it("replaces the one before at once, in memory too, and leaves the key as it was", async () => {
    const before = await (await mount.key("k")).version(1);
    await set(leaf, { version: 1 });
    const after = await (await mount.key("k")).version(1);

    expect(after?.certificates).toHaveLength(1);
    expect(after?.privateKey?.equals(before?.privateKey ?? authority)).toBe(true);
    expect(after?.hmac.reveal()).toEqual(before?.hmac.reveal());
  });

  const wrong = "failed to persist certificate chain:";
  it.each([
    [
      "of another key",
      certificate(other, false),
      `${wrong} leaf certificate public key does not match the selected key version`,
    ],
    [
      "that begins with an authority",
      above + leaf,
      `${wrong} certificate in the first element is not a valid leaf certificate`,
    ],
    [
      "that ends with no authority",
      leaf + leaf,
      `${wrong} certificate in the last element is not a valid CA certificate`,
    ],
    [
      "with two leaves",
      leaf + leaf + above,
      `${wrong} could not validate if there is only one leaf certificate in the provided chain`,
    ],
    ["that is empty", "", "provided certificate chain did not contain any valid PEM encoded certificate"],
    ["that is not PEM", "text", "could not decode a PEM block in the certificate chain"],
    ["with something behind it", `${leaf}text`, "could not decode a PEM block in the certificate chain"],
    [
      "of something else",
      `${pemBlock("CERTIFICATE", Buffer.from("text"))}`,
      "could not parse a certificate in the certificate chain",
    ],
    ["of too many", leaf + above.repeat(16), "a certificate chain has at most 16 certificates"],
  ])("%s is refused", async (_, chain, wire) => {
    await expect(set(chain, { version: 1 })).rejects.toMatchObject({ wire });
  });

  it("is refused for versions that are not there, and keys that cannot have one", async () => {
    await expect(set(leaf, { version: 9 })).rejects.toMatchObject({ wire: `${wrong} no such key version` });
    await mount.make("aes");
    await mount.make("derived", { type: "ed25519", derived: true });
    for (const path of ["set-certificate", "csr"]) {
      const ask = (key: string) => mount.request("update", `keys/${key}/${path}`, { certificate_chain: leaf });
      await expect(ask("none")).rejects.toMatchObject({ wire: "key with provided name 'none' not found" });
      await expect(ask("aes")).rejects.toMatchObject({ wire: "key type 'aes256-gcm96' does not support signing" });
      await expect(ask("derived")).rejects.toMatchObject({
        wire: "operation not supported for keys with derivation enabled",
      });
    }
  });
});

describe("a certificate request", () => {
  it.each(["rsa-2048", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519"])(
    "of a key of type %s is signed by it, with the names and extensions of a template, critical as they are",
    async (type) => {
      await mount.make(type, { type });
      const template = makeRequest(
        { subject: name("from the template"), extensions: [basicConstraints()] },
        signerFor(authority),
      );
      const csr = pemBlock("CERTIFICATE REQUEST", template);
      const made = readRequest(String((await mount.request("update", `keys/${type}/csr`, { csr })).data.csr));

      expect(made.subject).toEqual(name("from the template"));
      expect(made.extensions).toMatchObject([{ type: "2.5.29.19", critical: true }]);
      const key = (await (await mount.key(type)).version(1))?.publicKey;
      expect(made.publicKey.equals(key ?? other)).toBe(true);
    },
  );

  it("is refused for a version without a private half, and by a template that was tampered with", async () => {
    const public_key = other.export({ type: "spki", format: "pem" }).toString();
    await mount.request("update", "keys/public/import", { type: "ecdsa-p256", public_key });
    await expect(mount.request("update", "keys/public/csr")).rejects.toMatchObject({
      wire: "could not create the csr: private key not imported for key version selected",
    });
    const der = makeRequest({ subject: name("x"), extensions: [] }, signerFor(authority));
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    await expect(
      mount.request("update", "keys/k/csr", { csr: pemBlock("CERTIFICATE REQUEST", der) }),
    ).rejects.toMatchObject({ wire: "could not read the CSR: the signature of the request does not hold" });
  });
});
