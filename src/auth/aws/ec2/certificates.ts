import { type KeyObject, X509Certificate } from "node:crypto";
import { AWS_CERTIFICATES, type SignatureKind } from "./aws-certificates.ts";

/** Certificates that identity documents are held against: AWS's own, and those an operator added. */

/** What a certificate may verify: the `pkcs7` of a login, or its `identity` with `signature`. */
export type CertificateUse = "pkcs7" | "identity";

export interface Pinned {
  readonly use: CertificateUse;
  readonly key: KeyObject;
  /** The certificate, DER. */
  readonly raw: Buffer;
  /** Milliseconds; it counts between them only. */
  readonly from: number;
  readonly until: number;
  /** Whose documents it may sign. Absent: an operator added it, for whatever region. */
  readonly regions?: ReadonlySet<string>;
}

/** Why a certificate cannot be pinned. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

const USES: Readonly<Record<SignatureKind, CertificateUse>> = { dsa: "pkcs7", rsa2048: "pkcs7", rsa: "identity" };
const LEAST_BITS = 1024;

const parse = (source: string | Buffer): X509Certificate => {
  try {
    return new X509Certificate(source);
  } catch (cause) {
    throw new CertificateError("not a certificate", { cause });
  }
};

/** `source` is PEM text or DER. Throws `CertificateError`. */
export const pin = (source: string | Buffer, use: CertificateUse, regions?: ReadonlySet<string>): Pinned => {
  const certificate = parse(source);
  const { publicKey: key, raw } = certificate;
  const type = key.asymmetricKeyType;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (!(type === "rsa" || (type === "dsa" && use === "pkcs7")) || bits < LEAST_BITS)
    throw new CertificateError(`its key cannot verify ${use}`);
  const pinned = {
    use,
    key,
    raw,
    from: Date.parse(certificate.validFrom),
    until: Date.parse(certificate.validTo),
  };
  return regions ? { ...pinned, regions } : pinned;
};

const read = (wanted: CertificateUse): readonly Pinned[] =>
  AWS_CERTIFICATES.flatMap((row) => {
    const [kind = "", regions = "", certificate = ""] = row.split(" ");
    const use = kind === "dsa" || kind === "rsa" || kind === "rsa2048" ? USES[kind] : undefined;
    if (use === undefined) throw new Error(`certificates of kind ${kind} are not known`);
    return use === wanted ? [pin(Buffer.from(certificate, "base64"), use, new Set(regions.split(",")))] : [];
  });

const readOnce = (use: CertificateUse): (() => readonly Pinned[]) => {
  let certificates: readonly Pinned[] | undefined;
  return () => {
    certificates ??= read(use);
    return certificates;
  };
};
const READ: Readonly<Record<CertificateUse, () => readonly Pinned[]>> = {
  pkcs7: readOnce("pkcs7"),
  identity: readOnce("identity"),
};

/** AWS's certificates for one use, read once in a process. */
export const awsCertificates = (use: CertificateUse): readonly Pinned[] => READ[use]();
