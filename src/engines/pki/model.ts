import { z } from "zod";
import type { Address, View } from "../../storage/store.ts";
import type { Certificate } from "../../x509/index.ts";
import type { Signer } from "../../x509/issuing/plans.ts";

/**
 * What the engine `pki` keeps: issuers, keys, roles, and a row for each certificate, as their entries and addresses.
 * What the rooms of the engine tell each other is here; each room's own records are its own.
 */

/** What an issuer may be used for. */
export const USAGES = ["read-only", "issuing-certificates", "crl-signing", "ocsp-signing"] as const;
export type Usage = (typeof USAGES)[number];

/** What happens to a certificate that would outlive its issuer. */
export const OUTLIVES = ["err", "truncate", "permit", "always_enforce_err"] as const;

/** Addresses of authority information; empty lists: what the mount's `config/urls` says. */
export const Urls = z.object({
  issuing: z.array(z.string()),
  crl: z.array(z.string()),
  deltaCrl: z.array(z.string()),
  ocsp: z.array(z.string()),
  templating: z.boolean(),
});
export type Urls = z.output<typeof Urls>;
export const NO_URLS: Urls = { issuing: [], crl: [], deltaCrl: [], ocsp: [], templating: false };

/** `issuer/<id>`. Its certificate never changes; the rest does. Its name and what finds it are in the index. */
export const StoredIssuer = z.object({
  /** A UUID. */
  id: z.string(),
  /** PEM, with a newline at its end. */
  certificate: z.string(),
  /** Ids that an operator set as its chain, itself first; empty: the chain is worked out. */
  manualChain: z.array(z.string()),
  usage: z.array(z.enum(USAGES)),
  outlives: z.enum(OUTLIVES),
  /** `""`: what the key suggests; otherwise Go's name, such as `SHA384WithRSA`. */
  revocationSignature: z.string(),
  urls: Urls,
  /** Epoch seconds; 0: not revoked. */
  revoked: z.int(),
});
export type StoredIssuer = z.output<typeof StoredIssuer>;

/** `key/<id>`; the PKCS#8 is its secret `key`. */
export const StoredKey = z.object({ id: z.string(), type: z.enum(["rsa", "ec", "ed25519"]) });
export type StoredKey = z.output<typeof StoredKey>;

const Named = z.object({
  /** A UUID. */
  id: z.string(),
  /** `""`: none. */
  name: z.string(),
  /** SHA-256 of the public key's SPKI, hexadecimal: an issuer's key is the one with the same. */
  publicKey: z.string(),
});

/**
 * `config/issuers`: read by every request that uses an issuer, together with its token. `generation` is random and
 * changes with every change of this entry, of an issuer or of a key, so what a process remembers of them is known by it.
 */
export const IssuersIndex = z.object({
  /** Ids; `""`: none. */
  default: z.string(),
  defaultKey: z.string(),
  followsLatest: z.boolean(),
  generation: z.string(),
  /** In the order in which they came. `fingerprint`: SHA-256 of the certificate, hexadecimal. */
  issuers: z.array(Named.extend({ fingerprint: z.string(), serial: z.string() })),
  keys: z.array(Named),
  /** `config/urls`. */
  urls: Urls,
  /** `config/cluster`: where the mount is reached; `""`: not said. */
  cluster: z.object({ path: z.string(), aiaPath: z.string() }),
});
export type IssuersIndex = z.output<typeof IssuersIndex>;

/** A row of the certificates: a record `certs`, one item for each serial number's tag. */
export const StoredCertificate = z.object({
  /** Lower case, with colons. */
  serial: z.string(),
  /** DER, base64. */
  certificate: z.string(),
  /** `""`: not of this mount's issuers. */
  issuerId: z.string(),
  /** Epoch seconds. */
  notAfter: z.int(),
  /** What the role's `cert_metadata` and the request gave, base64; absent: nothing. */
  role: z.string().optional(),
  metadata: z.string().optional(),
  /** The ACME account it was issued to; absent: none. */
  account: z.string().optional(),
});
export type StoredCertificate = z.output<typeof StoredCertificate>;

/** A row of the revoked: a record `revoked`, by the same tags. */
export const StoredRevocation = z.object({
  serial: z.string(),
  certificate: z.string(),
  issuerId: z.string(),
  notAfter: z.int(),
  /** Epoch milliseconds. */
  revoked: z.int(),
  /** RFC 5280; 0: none. */
  reason: z.int(),
});
export type StoredRevocation = z.output<typeof StoredRevocation>;

/** An issuer that signs: what issuing rooms work with. */
export interface SigningIssuer {
  readonly stored: StoredIssuer;
  /** `""`: none. */
  readonly name: string;
  readonly keyId: string;
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** PEM without a newline at the end, from the issuer itself to its root. */
  readonly chain: readonly string[];
  /** Its own addresses or the mount's, templates filled. */
  readonly urls: Urls;
}

export const indexAddress = (view: View): Address => view.at("config/issuers");
export const issuerAddress = (view: View, id: string): Address => view.at(`issuer/${id}`);
export const keyAddress = (view: View, id: string): Address => view.at(`key/${id}`);
export const roleAddress = (view: View, name: string): Address => view.at(`role/${name}`);

/** Records of their own, so that they are listed a page at a time. Items are tags: a key of the table holds no number. */
export const CERTIFICATES = "certs";
export const REVOKED = "revoked";
export const certificateAddress = (view: View, serial: string): Address => view.record(CERTIFICATES, view.tag(serial));
export const revocationAddress = (view: View, serial: string): Address => view.record(REVOKED, view.tag(serial));
