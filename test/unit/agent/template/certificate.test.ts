import { beforeAll, describe, expect, it } from "@jest/globals";
import { goodUntil, issuedIn, issuedInFile } from "../../../../src/agent/template/certificate.ts";
import { type Made, makeAuthority, makeCertificate } from "../../../support/certificates.ts";
import { answer } from "../support/scripted.ts";

const HOUR = 3_600_000;
const FROM = Date.parse("2026-01-01T00:00:00Z");
let root: Made;
let middle: Made;
let leaf: Made;
let other: Made;
const line = (pem: string): string => `${pem.trim()}\n`;

beforeAll(async () => {
  root = await makeAuthority("CN=root");
  middle = await makeAuthority("CN=middle", { by: root });
  const life = { notBefore: new Date(FROM).toISOString(), notAfter: new Date(FROM + 10 * HOUR).toISOString() };
  leaf = await makeCertificate({ name: "CN=leaf", by: middle, ...life });
  other = await makeCertificate({ name: "CN=other", by: middle, ...life });
});

const issue = () =>
  issuedIn(
    answer({
      certificate: leaf.cert.trim(),
      private_key: leaf.key.trim(),
      issuing_ca: middle.cert.trim(),
      ca_chain: [middle.cert.trim(), root.cert.trim()],
      serial_number: "00:01",
    }),
  );

describe("a certificate of pkiCert", () => {
  it("has each part with a newline behind it, and each authority once", () => {
    expect(issue()?.certificate).toEqual({
      cert: line(leaf.cert),
      key: line(leaf.key),
      ca: line(middle.cert),
      caChain: [line(middle.cert), line(root.cert)],
    });
    expect(issue()).toMatchObject({ notBefore: FROM, notAfter: FROM + 10 * HOUR });
  });

  it.each([
    ["no certificate", { private_key: "x" }],
    ["what is not a certificate", { certificate: "x" }],
    ["no data", null],
  ])("is not there in an answer with %s", (_, data) => {
    expect(issuedIn(answer(data))).toBeUndefined();
  });

  it("is found in the file it was rendered into, in any order and with text around it", () => {
    const parts = [leaf.cert, middle.cert, root.cert, leaf.key].map(line);
    for (const order of [parts, [...parts].reverse()]) {
      const found = issuedInFile(`# made by the agent\n${order.join("some text\n")}`, ["key", "ca"]);
      expect(found?.certificate).toMatchObject({ cert: line(leaf.cert), key: line(leaf.key) });
      expect(new Set(found?.certificate.caChain)).toEqual(new Set([line(middle.cert), line(root.cert)]));
    }
  });

  it("is not taken from a file where a part is missing that the template needs", () => {
    expect(issuedInFile(line(leaf.cert), [])).toBeDefined();
    expect(issuedInFile(line(leaf.cert), ["key"])).toBeUndefined();
    expect(issuedInFile(`${line(leaf.cert)}${line(leaf.key)}`, ["key", "ca"])).toBeUndefined();
    expect(issuedInFile("nothing of the kind", [])).toBeUndefined();
  });

  it("is not taken from a file whose key belongs to another", () => {
    expect(issuedInFile(`${line(leaf.cert)}${line(other.key)}`, ["key"])).toBeUndefined();
    const both = issuedInFile(`${line(leaf.cert)}${line(other.cert)}${line(other.key)}`, ["key"]);
    expect(both?.certificate.cert).toBe(line(other.cert));
  });

  it("is good until nine tenths of its life, give or take three hundredths", () => {
    const life = {
      certificate: { cert: "", key: "", ca: "", caChain: [] },
      notBefore: FROM,
      notAfter: FROM + 10 * HOUR,
    };
    expect(goodUntil(life, 0.9, FROM, 0.5)).toBe(FROM + 9 * HOUR);
    expect(goodUntil(life, 0.9, FROM, 0)).toBeCloseTo(FROM + 8.7 * HOUR, -2);
    expect(goodUntil(life, 0.9, FROM + 9 * HOUR, 0.5)).toBeUndefined();
    expect(goodUntil(life, 0.9, FROM + 20 * HOUR, 0.5)).toBeUndefined();
    // Not yet valid: by more than a clock may differ.
    expect(goodUntil(life, 0.9, FROM - HOUR, 0.5)).toBeUndefined();
  });
});
