import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { type Certificate, pemBlocks } from "../../../x509/index.ts";
import { certificatePem, type Format, keyText } from "../authorities/key-formats.ts";
import type { Material } from "../authorities/key-material.ts";

/** Certificates as answers show them. */

export const Signed = z.object({
  certificate: z.string().describe("PEM, or base64 of DER; of a bundle with its key and its chain"),
  issuing_ca: z.string(),
  ca_chain: z.array(z.string()).optional().describe("from the issuer to its root; absent: nothing is left of it"),
  serial_number: z.string(),
  not_before: z.number().describe("epoch seconds"),
  expiration: z.number().describe("epoch seconds"),
});

export const Issued = Signed.extend({
  private_key: z.string().describe("shown once and kept nowhere"),
  private_key_type: z.string(),
});

export interface Shape {
  readonly format: Format;
  /** The key alone as PKCS #8; a bundle keeps the form of its kind. */
  readonly pkcs8: boolean;
  readonly withoutRoots: boolean;
}

/** What was made, and the chain of its issuer to the root, PEM. */
export interface Made {
  readonly certificate: Certificate;
  readonly serial: string;
  readonly chain: readonly string[];
}

const derOf = (certificate: string): Buffer => pemBlocks(certificate, ["CERTIFICATE"])[0] ?? Buffer.alloc(0);

const isRoot = (certificate: string): boolean => {
  const read = new X509Certificate(certificate);
  return read.checkIssued(read) && read.verify(read.publicKey);
};

/** `key`: in front of a bundle. */
const certificateText = ({ certificate, chain }: Made, format: Format, key: readonly string[]): string => {
  const { der } = certificate;
  if (format === "der") return der.toString("base64");
  return format === "pem" ? certificatePem(der) : [...key, certificatePem(der), ...chain].join("\n");
};

const answer = (made: Made, { format, withoutRoots }: Shape, key: readonly string[]): z.output<typeof Signed> => {
  const { certificate, serial, chain } = made;
  const text = (one: string): string => (format === "der" ? derOf(one).toString("base64") : one);
  const shownChain = (withoutRoots ? chain.filter((one) => !isRoot(one)) : chain).map(text);
  return {
    certificate: certificateText(made, format, key),
    issuing_ca: text(chain[0] ?? ""),
    ...(shownChain.length > 0 ? { ca_chain: shownChain } : {}),
    serial_number: serial,
    not_before: Math.floor(certificate.notBefore / 1000),
    expiration: Math.floor(certificate.notAfter / 1000),
  };
};

export const signedAnswer = (made: Made, shape: Shape): z.output<typeof Signed> => answer(made, shape, []);

export const issuedAnswer = (made: Made, key: Material, shape: Shape): z.output<typeof Issued> => ({
  ...answer(made, shape, [keyText(key, { format: "pem", pkcs8: false })]),
  private_key: keyText(key, shape),
  private_key_type: key.type,
});
