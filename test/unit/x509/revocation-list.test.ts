import { describe, expect, it } from "@jest/globals";
import { AsnConvert } from "@peculiar/asn1-schema";
import { IssuingDistributionPoint, KeyUsageFlags } from "@peculiar/asn1-x509";
import { pemBlocks, readCertificate, readRevocationList, Unreadable } from "../../../src/x509/index.ts";
import { derText, extension, type Made, makeAuthority, makeList, type WantedList } from "../../support/certificates.ts";

const read = ({ cert }: Made) => readCertificate(pemBlocks(cert, ["CERTIFICATE"])[0] ?? Buffer.alloc(0));
const refusal = async (by: Made, wanted: WantedList): Promise<string> => {
  const { der } = await makeList(by, wanted);
  try {
    readRevocationList(der);
  } catch (cause) {
    if (cause instanceof Unreadable) return cause.reason;
    throw cause;
  }
  return "it was read";
};

describe("a list of revoked certificates", () => {
  it("is read as PEM and as DER", async () => {
    const root = await makeAuthority("CN=root");
    const { pem, der } = await makeList(root, { serials: ["4002", "0a"] });
    for (const bytes of [Buffer.from(pem), der]) {
      const list = readRevocationList(bytes);
      expect([...list.serials]).toEqual([0x4002n, 10n]);
      expect(list.issuer).toBe(read(root).name);
      expect([list.thisUpdate, list.nextUpdate]).toEqual([Date.UTC(2029, 11, 31), Date.UTC(2030, 1, 1)]);
    }
  });

  it.each(["EC", "RSA", "RSA-PSS", "Ed25519"] as const)(
    "is known to be signed by its issuer's key of kind %s",
    async (kind) => {
      const root = await makeAuthority("CN=root", { kind });
      const other = await makeAuthority("CN=root", { kind });
      const list = readRevocationList((await makeList(root)).der);
      expect([list.isSignedBy(read(root)), list.isSignedBy(read(other))]).toEqual([true, false]);
      expect(list.isSignedBy(read(root))).toBe(true);
    },
  );

  it("is not signed by a key that may not sign lists, nor over SHA-1, nor once it was changed", async () => {
    const mute = await makeAuthority("CN=mute", { usages: KeyUsageFlags.keyCertSign });
    expect(readRevocationList((await makeList(mute)).der).isSignedBy(read(mute))).toBe(false);

    const root = await makeAuthority("CN=root");
    const { der } = await makeList(root, { serials: ["4002"] });
    const changed = Buffer.from(der);
    changed[changed.indexOf(Buffer.from([2, 2, 0x40, 0x02])) + 3] = 3;
    const list = readRevocationList(changed);
    expect([[...list.serials], list.isSignedBy(read(root))]).toEqual([[0x4003n], false]);
  });

  it.each([
    [
      "of changes alone",
      { extensions: [extension("2.5.29.27", Buffer.from([2, 1, 1]), true)] },
      "a critical extension is not understood",
    ],
    [
      "with a critical entry",
      { serials: ["01"], entryExtensions: [extension("1.2.3", derText("a"), true)] },
      "a critical extension is not understood",
    ],
    [
      "that speaks for other authorities",
      {
        extensions: [
          extension(
            "2.5.29.28",
            new Uint8Array(AsnConvert.serialize(new IssuingDistributionPoint({ indirectCRL: true }))),
            true,
          ),
        ],
      },
      "the list speaks for other authorities",
    ],
    [
      "whose entry names another authority",
      { serials: ["01"], entryExtensions: [extension("2.5.29.29", Buffer.from([0x30, 0]))] },
      "the list speaks for other authorities",
    ],
  ] satisfies [string, WantedList, string][])("%s is refused", async (_, wanted, reason) => {
    expect(await refusal(await makeAuthority("CN=root"), wanted)).toBe(reason);
  });

  it.each([
    ["nothing", ""],
    ["text", "nonsense"],
    ["PEM of another kind", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"],
    ["broken DER", "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"],
  ])("is not made of %s", (_, text) => {
    expect(() => readRevocationList(Buffer.from(text))).toThrow(Unreadable);
  });
});
