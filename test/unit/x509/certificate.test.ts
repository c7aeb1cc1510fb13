import { describe, expect, it } from "@jest/globals";
import { KeyUsageFlags } from "@peculiar/asn1-x509";
import { colonHex, extensionText, pemBlocks, readCertificate, Unreadable } from "../../../src/x509/index.ts";
import {
  derText,
  extension,
  type Made,
  makeAuthority,
  makeCertificate,
  type Wanted,
} from "../../support/certificates.ts";

const read = ({ cert }: Made) => readCertificate(pemBlocks(cert, ["CERTIFICATE"])[0] ?? Buffer.alloc(0));
const reading = async (wanted: Wanted) => read(await makeCertificate(wanted));
const refusal = async (wanted: Wanted): Promise<string> => {
  const made = await makeCertificate(wanted);
  try {
    read(made);
  } catch (cause) {
    if (cause instanceof Unreadable) return cause.reason;
    throw cause;
  }
  return "it was read";
};

describe("a certificate", () => {
  it("is read: names, time, serial number, purposes", async () => {
    const by = await makeAuthority("O=Org, CN=root");
    const certificate = await reading({
      name: "O=Org, OU=Ops, OU=Dev, CN=web",
      by,
      dns: ["web.example.com", "*.example.com"],
      emails: ["web@example.com"],
      uris: ["spiffe://example/web"],
      ips: ["192.0.2.1"],
      serial: "4001",
      notAfter: "2031-01-01T00:00:00Z",
    });
    expect(certificate).toMatchObject({
      subject: { commonName: "web", organizations: ["Org"], organizationalUnits: ["Ops", "Dev"] },
      alternative: {
        dns: ["web.example.com", "*.example.com"],
        emails: ["web@example.com"],
        uris: ["spiffe://example/web"],
        addresses: ["192.0.2.1"],
        others: false,
      },
      serial: 0x4001n,
      notBefore: Date.UTC(2020, 0, 1),
      notAfter: Date.UTC(2031, 0, 1),
      authority: undefined,
      purposes: ["1.3.6.1.5.5.7.3.2"],
      strongKey: true,
      strongSignature: true,
    });
    expect(certificate.issuer).toBe(read(by).name);
    expect(certificate.authorityKeyId).toEqual(read(by).subjectKeyId);
    expect(colonHex(certificate.subjectKeyId)).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){19}$/);
  });

  it("of an authority says how far it may go, and what its key may sign", async () => {
    const root = await reading({ ca: true, pathLength: 1 });
    expect(root).toMatchObject({ authority: { pathLength: 1 }, signsCertificates: true, signsLists: true });
    const signsNothing = await reading({ ca: true, usages: KeyUsageFlags.digitalSignature });
    expect(signsNothing).toMatchObject({ signsCertificates: false, signsLists: false });
    const silent = await reading({ ca: true, usages: "none" });
    expect(silent.signsCertificates).toBe(true);
  });

  it.each([
    ["RSA", true],
    ["RSA-1024", false],
    ["RSA-PSS", true],
    ["Ed25519", true],
    ["EC", true],
  ] as const)("with a key of kind %s counts: %j", async (kind, strong) => {
    expect((await reading({ kind })).strongKey).toBe(strong);
  });

  it("signed over SHA-1 is known to be weak", async () => {
    expect((await reading({ kind: "RSA-SHA1" })).strongSignature).toBe(false);
    expect((await reading({ kind: "EC", hash: "SHA-1" })).strongSignature).toBe(false);
    expect((await reading({ kind: "RSA-PSS" })).strongSignature).toBe(true);
  });
});

describe("a name", () => {
  it.each([
    ["in UTF-16", { CN: [{ bmpString: "Ä-client" }] }, "Ä-client"],
    ["in UTF-8", { CN: [{ utf8String: "клиент" }] }, "клиент"],
    ["empty", { O: ["Org"] }, ""],
    ["of 10 KB", { CN: [{ utf8String: "n".repeat(10_240) }] }, "n".repeat(10_240)],
  ])("%s is read whole", async (_, part, commonName) => {
    expect((await reading({ name: [part] })).subject.commonName).toBe(commonName);
  });

  it("given several times is the last, as Go has it; one of several in one part counts too", async () => {
    const several = await reading({ name: [{ CN: ["first"] }, { CN: ["last"], OU: ["a"] }] });
    expect(several.subject).toEqual({ commonName: "last", organizations: [], organizationalUnits: ["a"] });
  });

  it.each([
    ["NUL in a common name", { name: [{ CN: [{ utf8String: "admin\0.evil" }] }] }],
    ["a line end", { name: [{ CN: [{ utf8String: "a\nb" }] }] }],
    ["a line separator", { name: [{ OU: [{ utf8String: "a\u2028b" }] }] }],
  ] satisfies [string, Wanted][])("with %s makes the certificate unreadable", async (_, wanted) => {
    expect(await refusal(wanted)).toBe("a name holds characters that no name may hold");
  });

  it("beyond ASCII among the alternative ones does so too", async () => {
    const san = Buffer.concat([Buffer.from([0x30, 5, 0x82, 3]), Buffer.from([0x61, 0x00, 0x62])]);
    expect(await refusal({ more: [extension("2.5.29.17", san)] })).toBe(
      "an alternative name holds characters that no name may hold",
    );
  });
});

describe("an extension", () => {
  it("that is there twice makes the certificate unreadable", async () => {
    const twice = [extension("1.2.3.4", derText("a")), extension("1.2.3.4", derText("b"))];
    expect(await refusal({ more: twice })).toBe("an extension is there twice");
  });

  it("that is critical and not understood does so too", async () => {
    expect(await refusal({ more: [extension("1.2.3.4", derText("a"), true)] })).toBe(
      "a critical extension is not understood",
    );
    expect(await refusal({ more: [extension("1.2.3.4", derText("a"))] })).toBe("it was read");
  });

  it("that is critical by a boolean of BER does not pass for another", async () => {
    const { cert } = await makeCertificate({ more: [extension("1.2.3.4", derText("a"), true)] });
    const hex = (pemBlocks(cert, ["CERTIFICATE"])[0] ?? Buffer.alloc(0)).toString("hex");
    const changed = Buffer.from(hex.replace("06032a03040101ff", "06032a0304010101"), "hex");
    expect(changed.toString("hex")).not.toBe(hex);
    expect(() => readCertificate(changed)).toThrow(Unreadable);
  });

  it.each([
    ["UTF-8", derText("gold é"), "gold é"],
    ["printable text", derText("gold", 19), "gold"],
    ["IA5", derText("gold", 22), "gold"],
    ["UTF-16", derText("gold", 30), "gold"],
    ["an integer", Buffer.from([2, 1, 5]), ""],
    ["text with something behind it", Buffer.concat([derText("gold"), Buffer.from([5, 0])]), ""],
    ["text with a line end", derText("a\nb"), ""],
    ["broken DER", Buffer.from([12, 20, 65]), ""],
    ["nothing", Buffer.alloc(0), ""],
  ])("as %s is the text it holds, or none", (_, value, text) => {
    expect(extensionText(new Uint8Array(value).buffer)).toBe(text);
  });
});

it.each([
  ["nothing", Buffer.alloc(0)],
  ["text", Buffer.from("no DER")],
  ["a sequence of nothing", Buffer.from([0x30, 0])],
])("%s is not a certificate", (_, bytes) => {
  expect(() => readCertificate(bytes)).toThrow(Unreadable);
});
