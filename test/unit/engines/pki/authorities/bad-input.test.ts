import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { VaultError } from "../../../../../src/framework/index.ts";
import { patience, runs } from "../../../../support/runs.ts";
import { createPkiMount, ROOT } from "./support/mount.ts";

/** Bundles, keys and fields that are not what they should be: a 400 that says so, and nothing stored. */

const made = createPkiMount();
const root = await made.data("root/generate/exported", ROOT);
const CERTIFICATE = String(root["certificate"]);
const KEY = String(root["private_key"]);
const keyText = (type: "rsa" | "ec", options: object): string => {
  const encodings = {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
    ...options,
  } as const;
  return type === "rsa"
    ? String(generateKeyPairSync("rsa", { modulusLength: 1024, ...encodings }).privateKey)
    : String(generateKeyPairSync("ec", { namedCurve: "secp256k1", ...encodings }).privateKey);
};
const WEAK = keyText("rsa", {});
const STRANGE_CURVE = keyText("ec", {});
const ENCRYPTED = String(
  generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey,
);

const BUNDLES: Readonly<Record<string, readonly [text: string, refusal: string]>> = {
  "a path": ["/etc/ssl/ca.pem", "provided data for import was too short"],
  "no PEM": ["x".repeat(200), "error when parsing block 1: invalid PEM data"],
  "text behind the last block": [`${CERTIFICATE}\nand more`, "error when parsing block 2: invalid PEM data"],
  "a block that does not end": [`${CERTIFICATE}\n-----BEGIN CERTIFICATE-----\nAAAA`, "error when parsing block 2"],
  "a broken certificate": [CERTIFICATE.replace(/MII../, "AAAA!"), "error when parsing block 1"],
  "bytes that do not make a certificate": [
    `-----BEGIN CERTIFICATE-----\n${"AAAA".repeat(30)}\n-----END CERTIFICATE-----`,
    "Error parsing issuer 0: not a certificate, or a broken one",
  ],
  "a key with a passphrase": [`${ENCRYPTED}\n${CERTIFICATE}`, "Error parsing key 0: failed to parse PEM block"],
  "a weak key": [WEAK, "Error parsing key 0: RSA keys < 2048 bits are unsafe and not supported"],
  "a key on another curve": [STRANGE_CURVE, "Error parsing key 0: unsupported elliptic curve"],
  "more than a transaction holds": [CERTIFICATE.concat("\n").repeat(91), "a bundle may hold at most 90"],
};

describe("a bundle with", () => {
  it.each(Object.entries(BUNDLES))("%s is refused whole", async (_what, [text, refusal]) => {
    const mount = createPkiMount();

    expect(await mount.refusal("issuers/import/bundle", { pem_bundle: text })).toContain(refusal);
    expect(mount.view.keys()).toEqual([]);
  });

  it("a leaf among authorities is refused whole", async () => {
    await made.data("roles/leaves", { allow_any_name: true, key_type: "ec" });
    const leaf = await made.data("issue/leaves", { common_name: "leaf.example.com", ttl: "1h" });
    const mount = createPkiMount();
    const text = `${KEY}\n${CERTIFICATE}\n${String(leaf["certificate"])}`;

    expect(await mount.refusal("issuers/import/bundle", { pem_bundle: text })).toContain(
      "Error parsing issuer 1: Refusing to import non-CA certificate",
    );
    expect(mount.view.keys()).toEqual([]);
  });

  it("a certificate and a key that do not belong together imports both, and links neither", async () => {
    const mount = createPkiMount();
    const other = await createPkiMount().data("keys/generate/exported", { key_type: "ec" });
    const answer = await mount.data("issuers/import/bundle", {
      pem_bundle: `${String(other["private_key"])}\n${CERTIFICATE}`,
    });

    expect(Object.values(answer["mapping"] as object)).toEqual([""]);
    expect((await mount.index()).default).toBe("");
  });

  it(
    "anything changed in it is imported or refused with a 400, never anything else",
    async () => {
      const bundle = `${KEY}\n${CERTIFICATE}`;
      await fc.assert(
        fc.asyncProperty(fc.nat(bundle.length - 1), fc.string({ maxLength: 4 }), async (at, put) => {
          const mount = createPkiMount();
          const text = bundle.slice(0, at) + put + bundle.slice(at + put.length);
          try {
            await mount.data("issuers/import/bundle", { pem_bundle: text });
          } catch (cause) {
            expect(cause).toBeInstanceOf(VaultError);
            expect((cause as VaultError).code).toBe("invalid_request");
            expect(mount.view.keys()).toEqual([]);
          }
        }),
        { numRuns: runs(60, 20_000) },
      );
    },
    patience,
  );
});

const FIELDS: Readonly<Record<string, readonly [input: Readonly<Record<string, string | number>>, refusal: string]>> = {
  "an RSA key that takes too long": [{ key_type: "rsa", key_bits: 8192 }, "takes longer to make than a request may"],
  "an RSA key of odd length": [{ key_type: "rsa", key_bits: 2049 }, "unsupported bit length for RSA key: 2049"],
  "a curve that does not exist": [{ key_bits: 255 }, "unsupported bit length for EC key: 255"],
  "a date that does not exist": [{ not_after: "2030-02-30T00:00:00Z" }, "parsing time"],
  "an end before the beginning": [{ not_after: "2020-01-01T00:00:00Z", ttl: "" }, "is later than the certificate's"],
  "a range that is none": [{ permitted_ip_ranges: "10.0.0.0/33" }, "invalid permitted_ip_ranges value"],
  "an address that is none": [{ ip_sans: "10.0.0" }, 'the value "10.0.0" is not a valid IP address'],
  "a name that a subject cannot hold": [{ common_name: "a\u0000b" }, "a name holds characters that no name may hold"],
  "a key elsewhere": [{ external_key_ref: "x:y" }, 'cannot specify "external_key_ref"'],
};

describe("a root with", () => {
  it.each(Object.entries(FIELDS))("%s is refused", async (_what, [input, refusal]) => {
    const mount = createPkiMount();

    const { ttl: _, ...asked } = ROOT;
    expect(await mount.refusal("root/generate/internal", { ...asked, ...input })).toContain(refusal);
    expect(mount.view.keys()).toEqual([]);
  });
});
