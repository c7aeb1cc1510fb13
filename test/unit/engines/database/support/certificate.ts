import { generateKeyPairSync, sign } from "node:crypto";
import { tlv } from "../../../../support/der.ts";

/** A certificate that signs itself, as small as TLS takes it. Source: RFC 5280. */

const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, "hex"));
const time = (at: Date) => tlv(0x18, Buffer.from(`${at.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`));

const ECDSA_SHA256 = sequence(oid("2a8648ce3d040302"));
const NAME = sequence(tlv(0x31, sequence(oid("550403"), tlv(0x0c, Buffer.from("test")))));

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** `host` is a name or an IPv4 address; `ends` when it expires. */
export const makeCertificate = (host: string, ends: Date): Certificate => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const address = /^[\d.]+$/.test(host) ? Buffer.from(host.split(".").map(Number)) : undefined;
  const names = sequence(address ? tlv(0x87, address) : tlv(0x82, Buffer.from(host)));
  const extensions = sequence(
    sequence(oid("551d13"), tlv(0x01, Buffer.from([255])), tlv(0x04, sequence(tlv(0x01, Buffer.from([255]))))),
    sequence(oid("551d11"), tlv(0x04, names)),
  );
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    ECDSA_SHA256,
    NAME,
    sequence(time(new Date(0)), time(ends)),
    NAME,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, extensions),
  );
  const signature = tlv(0x03, Buffer.from([0]), sign("sha256", body, privateKey));
  // Lines of 64 characters, without an empty one at the end: OpenSSL refuses that.
  const text = (
    sequence(body, ECDSA_SHA256, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  ).join("\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
};
