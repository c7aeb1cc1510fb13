import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { awsCertificates, CertificateError, type Pinned, pin } from "../../../../../src/auth/aws/ec2/certificates.ts";
import { CmsError, readCms } from "../../../../../src/auth/aws/ec2/cms.ts";
import { isRsaSigned, type Proof, verifiedDocument } from "../../../../../src/auth/aws/ec2/signature.ts";
import { partitionOf } from "../../../../../src/auth/aws/regions.ts";
import { VaultError } from "../../../../../src/framework/index.ts";
import {
  createDocumentSigner,
  type DocumentSigner,
  documentText,
} from "../../../../../src/local/aws/identity-document.ts";

/** Who signed an identity document, over messages of AWS, over those of a test signer, and over everything else. */

const NOW = Date.UTC(2026, 10, 1);
const everyCertificate = () => [...awsCertificates("pkcs7"), ...awsCertificates("identity")];
const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../vectors/${name}`, import.meta.url), "utf8"));
interface Message {
  readonly kind: string;
  readonly pkcs7: string;
  readonly document: { readonly region: string };
}
const messages: readonly Message[] = vectors("ec2-identity/messages.json").messages;

const FACTS = {
  accountId: "111122223333",
  region: "us-east-1",
  instanceId: "i-0abc1234def567890",
  imageId: "ami-0123456789abcdef0",
  instanceType: "t3.micro",
  privateIp: "10.0.0.1",
  started: NOW - 3_600_000,
};

let signer: DocumentSigner;
let own: readonly Pinned[];
beforeAll(async () => {
  signer = await createDocumentSigner(NOW);
  own = [pin(signer.certificate, "pkcs7"), pin(signer.certificate, "identity")];
});

const message = (base64: string): Proof => ({ use: "pkcs7", message: Buffer.from(base64, "base64") });
const pair = (document: Buffer, signature = signer.signature(document)): Proof => ({
  use: "identity",
  document,
  signature: Buffer.from(signature, "base64"),
});
/** The text of a refusal. Whatever is thrown must be one: never a fault of the program. */
const refusal = (proof: Proof, certificates = own, now = NOW): string | undefined => {
  try {
    verifiedDocument(proof, certificates, now);
  } catch (error) {
    if (error instanceof VaultError && error.code === "invalid_request") return error.wire;
    throw error;
  }
  return undefined;
};

describe("AWS's own messages", () => {
  it.each(messages.map((one) => [one.kind, one.document.region, one] as const))(
    "%s of %s verifies by the certificate in code",
    (_, __, { pkcs7, document }) => {
      expect(verifiedDocument(message(pkcs7), everyCertificate(), NOW)).toEqual(document);
    },
  );

  it.each(messages.slice(0, 2).map((one) => [one.kind, one.document.region, one.pkcs7] as const))(
    "%s of %s is refused with any one bit changed, wherever it is",
    (kind, _, pkcs7) => {
      const good = Buffer.from(pkcs7, "base64");
      // what the signature covers, and the signature, are each one piece: there one byte of eight will do
      const pieces = [
        [good.indexOf("{"), good.indexOf("}")],
        [good.length - (kind === "dsa" ? 6 : 262), good.length - 6],
      ] as const;
      const accepted: number[] = [];
      const within = (at: number) => pieces.some(([from, to]) => at > from && at + 8 < to);
      for (let at = 0; at < good.length; at += within(at) ? 8 : 1) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        if (refusal({ use: "pkcs7", message: bad }, everyCertificate()) === undefined) accepted.push(at);
      }
      expect(accepted).toEqual([]);
    },
  );

  it("are refused with any byte set to anything else, or anything put behind them", () => {
    const good = messages.map(({ pkcs7 }) => Buffer.from(pkcs7, "base64"));
    fc.assert(
      fc.property(fc.constantFrom(...good), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, where, by) => {
        const bad = Buffer.from(bytes);
        const at = where % bad.length;
        bad[at] = (bad[at] ?? 0) ^ by;
        expect(refusal({ use: "pkcs7", message: bad }, everyCertificate())).not.toBeUndefined();
      }),
      { numRuns: 150 },
    );
    for (const bytes of good)
      for (const behind of ["00", "0000", "0500", "3000"])
        expect(
          refusal({ use: "pkcs7", message: Buffer.concat([bytes, Buffer.from(behind, "hex")]) }, everyCertificate()),
        ).toBe("failed to parse the BER encoded PKCS#7 signature: not one well-formed element");
  });
});

describe("AWS's certificates", () => {
  it("are there for every region: each has those of `rsa2048` and `signature`", () => {
    const regions = (use: string) =>
      new Set(
        everyCertificate()
          .filter((one) => one.use === use && one.key.asymmetricKeyType === "rsa")
          .flatMap((one) => [...(one.regions ?? [])]),
      );
    const all = regions("pkcs7");
    expect(all.size).toBe(38);
    expect(regions("identity")).toEqual(all);
    expect([...all].every((region) => partitionOf(region) !== undefined)).toBe(true);
  });

  it("hold at the end of 2027, all of them: the first end is in July 2028, in China", () => {
    const ends = everyCertificate().map(({ until }) => until);
    expect(new Date(Math.min(...ends)).toISOString()).toBe("2028-07-02T08:35:39.000Z");
  });

  it("sign for their own regions alone", () => {
    const [other] = messages.filter(({ document }) => document.region === "us-west-2");
    const certificates = everyCertificate().map((one) => ({ ...one, regions: new Set(["us-west-1"]) }));
    expect(refusal(message(other?.pkcs7 ?? ""), certificates)).toBe(
      "failed to verify the signature: the certificate is not that of the document's region",
    );
  });
});

describe("a message of a pinned signer", () => {
  it("gives the document that is inside", () => {
    const text = Buffer.from(documentText(FACTS));
    const { accountId, region, instanceId, imageId } = FACTS;
    const expected = { accountId, region, instanceId, imageId, pendingTime: "2026-10-31T23:00:00Z" };
    expect(verifiedDocument(message(signer.rsa2048(text)), own, NOW)).toEqual(expected);
    expect(verifiedDocument(pair(text), own, NOW)).toEqual(expected);
  });

  it("counts within the time of the certificate only", async () => {
    const text = Buffer.from(documentText(FACTS));
    const short = await createDocumentSigner(NOW, { from: NOW - 1000, until: NOW + 1000 });
    const pins = [pin(short.certificate, "pkcs7"), pin(short.certificate, "identity")];
    for (const proof of [message(short.rsa2048(text)), pair(text, short.signature(text))]) {
      expect(refusal(proof, pins)).toBeUndefined();
      for (const now of [NOW - 2000, NOW + 2000])
        expect(refusal(proof, pins, now)).toBe("certificates to verify the signature are not found");
    }
  });

  it("counts for the use that its certificate is pinned for", () => {
    const text = Buffer.from(documentText(FACTS));
    expect(refusal(message(signer.rsa2048(text)), [pin(signer.certificate, "identity")])).toBeDefined();
    expect(refusal(pair(text), [pin(signer.certificate, "pkcs7")])).toBeDefined();
  });

  it("V12 is refused when it is by another's certificate, though signed well, and when it brings one", async () => {
    const text = Buffer.from(documentText(FACTS));
    const attacker = await createDocumentSigner(NOW);
    const by = attacker.rsa2048(text);
    expect(refusal(message(by))).toBe("failed to verify the signature: no certificate for signer");

    // the same message, with the attacker's certificate inside, as `openssl smime -sign` would make it
    const { X509Certificate } = await import("node:crypto");
    const certificate = new X509Certificate(attacker.certificate).raw;
    expect(refusal({ use: "pkcs7", message: withCertificate(Buffer.from(by, "base64"), certificate) })).toBe(
      "failed to parse the BER encoded PKCS#7 signature: unexpected number of elements",
    );
    // and with the pinned one inside
    const honest = withCertificate(
      Buffer.from(signer.rsa2048(text), "base64"),
      new X509Certificate(signer.certificate).raw,
    );
    expect(refusal({ use: "pkcs7", message: honest })).toBe(
      "failed to parse the BER encoded PKCS#7 signature: unexpected number of elements",
    );
  });

  it("V12 is refused when another key claims the pinned certificate's name and number", async () => {
    const text = Buffer.from(documentText(FACTS));
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const taken = own.map((one) => ({ ...one, key: publicKey }));
    expect(refusal(message(signer.rsa2048(text)), taken)).toBe(
      "failed to verify the signature: it is not by the key of the certificate",
    );
    expect(refusal(pair(text), taken)).toBe(
      "instance identity verification using SHA256 RSA signature is unsuccessful",
    );
  });

  it("is refused without a document, and with one that is not as AWS writes it", () => {
    expect(refusal(message(signer.rsa2048(Buffer.alloc(0))))).toBe(
      "instance identity document could not be found in the signature",
    );
    const good = documentText(FACTS);
    const bad: readonly (readonly [string, string])[] = [
      ["{}", "instanceId is missing or malformed"],
      ["[]", "it is not one plain JSON object"],
      ["null", "it is not one plain JSON object"],
      ["\u0000", "it is not one plain JSON object"],
      [`${good} `.slice(1), "it is not one plain JSON object"],
      [good.replace("{", '{ "region" : "eu-west-1",'), "it is not one plain JSON object"],
      [good.replace(FACTS.instanceId, "i-1; rm -rf"), "instanceId is missing or malformed"],
      [good.replace(FACTS.instanceId, "../../admin"), "instanceId is missing or malformed"],
      [good.replace(FACTS.imageId, "*"), "imageId is missing or malformed"],
      [good.replace(FACTS.accountId, "11112222333"), "accountId is missing or malformed"],
      [good.replace(`"${FACTS.accountId}"`, "111122223333"), "accountId is missing or malformed"],
      [good.replace('"us-east-1"', '"us-east-1.evil"'), "region is missing or malformed"],
      [good.replace("2026-10-31T23:00:00Z", "yesterday"), "pendingTime is missing or malformed"],
      [good.replace("2026-10-31T23:00:00Z", "2026-13-31T23:00:00Z"), "pendingTime is missing or malformed"],
    ];
    for (const [text, why] of bad) {
      const bytes = Buffer.from(text);
      for (const proof of [message(signer.rsa2048(bytes)), pair(bytes)])
        expect(refusal(proof)).toBe(`instance identity document is not valid: ${why}`);
    }
    const latin = Buffer.from([0x7b, 0xff, 0x7d]);
    expect(refusal(pair(latin))).toBe("instance identity document is not valid: it is not UTF-8 text");
  });
});

/** Puts a certificate where RFC 5652 has it: behind the content of the signed data. Definite lengths throughout. */
const withCertificate = (cms: Buffer, certificate: Buffer): Buffer => {
  const read = (from: Buffer, at: number) => {
    const first = from[at + 1] ?? 0;
    const more = first < 0x80 ? 0 : first & 0x7f;
    const length = more === 0 ? first : from.readUIntBE(at + 2, more);
    return { tag: from[at] ?? 0, start: at + 2 + more, end: at + 2 + more + length };
  };
  const wrap = (tag: number, body: Buffer): Buffer => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(body.length);
    return Buffer.concat([Buffer.from([tag, 0x82]), size, body]);
  };
  const outer = read(cms, 0);
  const type = read(cms, outer.start);
  const tagged = read(cms, type.end);
  const signed = read(cms, tagged.start);
  const version = read(cms, signed.start);
  const digests = read(cms, version.end);
  const content = read(cms, digests.end);
  const body = Buffer.concat([
    cms.subarray(signed.start, content.end),
    wrap(0xa0, certificate),
    cms.subarray(content.end, signed.end),
  ]);
  return wrap(0x30, Buffer.concat([cms.subarray(outer.start, type.end), wrap(0xa0, wrap(0x30, body))]));
};

describe("other bytes", () => {
  it("are refused, never a fault: whatever they are, however deep", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(refusal({ use: "pkcs7", message: Buffer.from(bytes) })).toMatch(
          /^failed to parse the BER encoded PKCS#7 signature: /,
        );
      }),
      { numRuns: 200 },
    );
    for (const one of ["3080", "2480", "a080", "3180"]) {
      const deep = Buffer.from(one.repeat(6000), "hex");
      expect(() => readCms(deep)).toThrow(CmsError);
    }
    expect(() => readCms(Buffer.alloc(0))).toThrow(CmsError);
    expect(() => readCms(Buffer.alloc(1 << 20, 0x30))).toThrow(CmsError);
  });

  it("are refused when they are parts of a message, cut anywhere or doubled", () => {
    const good = Buffer.from(signer.rsa2048(Buffer.from(documentText(FACTS))), "base64");
    for (let at = 0; at < good.length; at += 7)
      expect(refusal({ use: "pkcs7", message: good.subarray(0, at) })).toBeDefined();
    expect(refusal({ use: "pkcs7", message: Buffer.concat([good, good]) })).toBeDefined();
  });
});

describe("certificates that cannot be pinned", () => {
  it.each([
    ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
    ["nothing", ""],
  ])("are refused: %s", (_, source) => {
    expect(() => pin(source, "pkcs7")).toThrow(CertificateError);
  });
});

describe("V13 Wycheproof's signatures with PKCS #1 v1.5, RSA-2048 and SHA-256, through the verifier of documents", () => {
  type Case = readonly [id: number, result: string, comment: string, message: string, signature: string];
  const groups: readonly { readonly key: string; readonly tests: readonly Case[] }[] = vectors(
    "wycheproof/rsa-signature-2048-sha256.json",
  ).groups;
  const judged = groups.flatMap(({ key, tests }) => {
    const publicKey = createPublicKey({ key: Buffer.from(key, "hex"), format: "der", type: "spki" });
    const judge = ([, result, , text, signature]: Case) =>
      [result, isRsaSigned(Buffer.from(text, "hex"), Buffer.from(signature, "hex"), publicKey)] as const;
    return tests.map((one) => [...judge(one), `${one[0]} ${one[2]}`] as const);
  });

  it("accepts the 9 valid ones and none of the 249 invalid ones", () => {
    const of = (wanted: string) => judged.filter(([result]) => result === wanted);
    expect(of("valid")).toHaveLength(9);
    expect(of("invalid")).toHaveLength(249);
    expect(of("valid").filter(([, accepted]) => !accepted)).toEqual([]);
    expect(of("invalid").filter(([, accepted]) => accepted)).toEqual([]);
    // the one that is neither leaves out the NULL of the algorithm, which AWS writes
    expect(of("acceptable").filter(([, accepted]) => accepted)).toEqual([]);
  });

  it("takes RSA alone", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const text = Buffer.from("text");
    expect(isRsaSigned(text, sign("sha256", text, privateKey), publicKey)).toBe(false);
  });
});
