import type { KeyObject } from "node:crypto";

/**
 * What certificates, requests and lists are to say, before they are encoded and signed. Whoever plans decides what may
 * be said; here is only the shape.
 */

/** One attribute of a name: its object identifier, and its text. */
export interface NamePart {
  readonly type: string;
  readonly value: string;
}
/** Relative names in order, each of one part or several. */
export type NamePlan = readonly (readonly NamePart[])[];

/** An alternative name. `other`: of a type that an application defines, with a UTF-8 text as its value. */
export type AlternativeName =
  | { readonly kind: "dns" | "email" | "uri" | "ip"; readonly value: string }
  | { readonly kind: "other"; readonly type: string; readonly value: string };

/** An extension: its object identifier, and the DER of its value. */
export interface ExtensionPlan {
  readonly type: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** Who signs, and how. */
export interface Signer {
  readonly key: KeyObject;
  /** Of RSA and ECDSA; the Edwards curves hash by themselves. */
  readonly hash: "sha256" | "sha384" | "sha512";
  /** RSASSA-PSS instead of PKCS #1 v1.5. */
  readonly pss: boolean;
}

export interface CertificatePlan {
  /** A positive integer, big endian. */
  readonly serial: Uint8Array;
  /** Names as plans, or as the DER they have elsewhere: an issuer's must be its own subject byte by byte. */
  readonly subject: NamePlan | Uint8Array;
  readonly issuer: NamePlan | Uint8Array;
  /** Epoch milliseconds; written as whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: KeyObject;
  readonly extensions: readonly ExtensionPlan[];
}

export interface RequestPlan {
  /** As DER it is written as it is. */
  readonly subject: NamePlan | Uint8Array;
  readonly extensions: readonly ExtensionPlan[];
}

/** A certificate request that was read, and whose signature holds. */
export interface CertificateRequest {
  readonly der: Uint8Array;
  readonly publicKey: KeyObject;
  readonly subject: NamePlan;
  /** The DER of the subject. */
  readonly subjectDer: Uint8Array;
  readonly alternative: readonly AlternativeName[];
  /** Whether it asks for alternative names that are not among `alternative`: of kinds nobody here knows. */
  readonly unknownAlternative: boolean;
  /** All that it asks for, the alternative names too. */
  readonly extensions: readonly ExtensionPlan[];
}

export interface RevokedCertificate {
  readonly serial: Uint8Array;
  /** Epoch milliseconds. */
  readonly revoked: number;
  /** A number of RFC 5280, section 5.3.1; 0: none is written. */
  readonly reason: number;
}

export interface RevocationListPlan {
  readonly issuer: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Entries of an earlier list of the same issuer, DER, one behind the other, as they go before `revoked`; absent: none. */
  readonly earlier?: Uint8Array | undefined;
  readonly revoked: Iterable<RevokedCertificate>;
  readonly extensions: readonly ExtensionPlan[];
}
