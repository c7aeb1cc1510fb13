import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Secret } from "../../client/contract.ts";
import type { Certificate } from "../functions/index.ts";
import type { Part } from "./need.ts";
import { shareOf } from "./timing.ts";

/**
 * Certificates for `pkiCert`: read out of an answer, or out of the file a template made earlier, so that a restart keeps
 * a certificate that is still good. It trusts the server's answer; a file it believes only if certificate and key belong
 * together.
 */

export interface Issued {
  readonly certificate: Certificate;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/** A PEM block by itself, with the newline that Go's encoder ends it with. */
const block = (pem: string): string => `${pem.trim()}\n`;

const parsed = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
};

const issued = (leaf: X509Certificate, certificate: Certificate): Issued => ({
  certificate,
  notBefore: Date.parse(leaf.validFrom),
  notAfter: Date.parse(leaf.validTo),
});

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === "string" && item !== "");

const unique = (pems: readonly string[]): readonly string[] => [...new Set(pems.map(block))];

/** The certificate of an answer of `issue` or `sign`. `undefined`: there is none in it. */
export const issuedIn = ({ data }: Secret): Issued | undefined => {
  const [cert] = texts(data?.["certificate"]);
  const leaf = cert === undefined ? undefined : parsed(cert);
  if (cert === undefined || !leaf) return undefined;
  const caChain = unique([...texts(data?.["issuing_ca"]), ...texts(data?.["ca_chain"])]);
  const [key] = texts(data?.["private_key"]);
  return issued(leaf, { cert: block(cert), key: key ? block(key) : "", ca: caChain[0] ?? "", caChain });
};

const belongs = (leaf: X509Certificate, key: string): boolean => {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
};

/** The certificate of a file that a template made. `undefined`: there is none, or a part that the template needs is not. */
export const issuedInFile = (text: string, parts: readonly Part[]): Issued | undefined => {
  const blocks = [...text.matchAll(BLOCK)].map(([pem, type = ""]) => ({ pem: block(pem), type }));
  const key = blocks.find(({ type }) => type.endsWith("PRIVATE KEY"))?.pem ?? "";
  const all = blocks.filter(({ type }) => type === "CERTIFICATE").map(({ pem }) => ({ pem, leaf: parsed(pem) }));
  const found = all.find(({ leaf }) => leaf && (key === "" ? !leaf.ca : belongs(leaf, key)));
  if (!found?.leaf || (parts.includes("key") && key === "")) return undefined;
  const caChain = unique(all.filter(({ leaf }) => leaf?.ca && leaf !== found.leaf).map(({ pem }) => pem));
  if (parts.includes("ca") && caChain.length === 0) return undefined;
  return issued(found.leaf, { cert: found.pem, key, ca: caChain[0] ?? "", caChain });
};

/** All of the stagger around the threshold. */
const SPREAD = 0.06;

/** The date of its replacement, in milliseconds since the epoch; `undefined`: now. */
export const goodUntil = (
  { notBefore, notAfter }: Issued,
  threshold: number,
  now: number,
  chance: number,
): number | undefined => {
  const date = notBefore + (notAfter - notBefore) * shareOf(threshold, chance, SPREAD);
  return date > now && notBefore <= now + 60_000 ? date : undefined;
};
