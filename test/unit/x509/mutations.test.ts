import { beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import { pathsTo, pemBlocks, readCertificate, readRevocationList, Unreadable } from "../../../src/x509/index.ts";
import { type Made, makeAuthority, makeCertificate, makeList } from "../../support/certificates.ts";

/** Changed bytes are read or refused, and never trusted. */

const NOW = Date.UTC(2030, 0, 1);

let root: Made;
let certificate: Buffer;
let list: Uint8Array;
beforeAll(async () => {
  root = await makeAuthority("O=Org, CN=root");
  const made = await makeCertificate({
    name: "O=Org, OU=Ops, CN=web",
    by: root,
    dns: ["web.example.com"],
    uris: ["spiffe://example/web"],
    ips: ["192.0.2.1"],
  });
  certificate = pemBlocks(made.cert, ["CERTIFICATE"])[0] ?? Buffer.alloc(0);
  list = (await makeList(root, { serials: ["01", "02"] })).der;
});

const orUnreadable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Unreadable) return undefined;
    throw cause;
  }
};

/** Some bytes replaced, and perhaps an end cut off or put on. */
const changes = fc.record({
  bytes: fc.array(fc.tuple(fc.nat(4095), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
  cut: fc.nat(8),
});
const changed = (der: Uint8Array, { bytes, cut }: { bytes: [number, number][]; cut: number }): Buffer => {
  const copy = Buffer.from(der);
  for (const [at, by] of bytes) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ by;
  return copy.subarray(0, copy.length - cut);
};

it("a changed certificate is unreadable, or leads to no anchor", () => {
  const [der = Buffer.alloc(0)] = pemBlocks(root.cert, ["CERTIFICATE"]);
  const anchors = [readCertificate(der)];
  fc.assert(
    fc.property(changes, (change) => {
      const leaf = orUnreadable(() => readCertificate(changed(certificate, change)));
      if (!leaf || leaf.der.equals(certificate)) return;
      expect([...pathsTo({ leaf, anchors, intermediates: [], now: NOW })]).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it("a changed list of the revoked is unreadable, or not signed by its issuer", () => {
  const [der = Buffer.alloc(0)] = pemBlocks(root.cert, ["CERTIFICATE"]);
  const issuer = readCertificate(der);
  fc.assert(
    fc.property(changes, (change) => {
      const bytes = changed(list, change);
      const read = orUnreadable(() => readRevocationList(bytes));
      if (!read || bytes.equals(Buffer.from(list))) return;
      expect(read.isSignedBy(issuer)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

it("any bytes and any text are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ maxLength: 200 }), (bytes, text) => {
      expect(orUnreadable(() => readCertificate(bytes))).toBeUndefined();
      expect(orUnreadable(() => readRevocationList(bytes))).toBeUndefined();
      expect(orUnreadable(() => readRevocationList(Buffer.from(text)))).toBeUndefined();
      expect(pemBlocks(text, ["CERTIFICATE"])).toEqual([]);
    }),
  );
});
