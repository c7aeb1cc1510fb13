import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { wholeRfc3339 } from "../../../std/time.ts";
import type { Certificate } from "../../../x509/index.ts";
import {
  alternativeNamesExtension,
  kindOf,
  present,
  type SignerOptions,
  subjectDerOf,
  subjectOf,
} from "../../../x509/issuing/index.ts";
import type { CertificateRequest, NamePlan } from "../../../x509/issuing/plans.ts";
import { subjectFor, verbatimExtensions } from "../issuing/certificate-plan.ts";
import { requestIn } from "../issuing/requests.ts";
import type { SigningIssuer } from "../model.ts";
import { certificateWrite, rowOf } from "../revoking/rows.ts";
import { signingIssuer } from "./authority.ts";
import { authorityExtensions, pathLengthOf, type SignedAs, signed, writable } from "./certificates.ts";
import { authorityAsked, datesAsked, formats, namesAsked, signatureAsked } from "./fields.ts";
import { certificatePem, type Format, formatOf } from "./key-formats.ts";
import { LEAST_RSA_BITS } from "./key-material.ts";
import { alternativeNamesFor } from "./requested-names.ts";
import { certificateSigner, refuseHash } from "./signers.ts";
import { hasUrls } from "./urls.ts";
import { validityFor } from "./validity.ts";
import { BEYOND_ISSUER, NO_ADDRESSES, NO_FURTHER_AUTHORITIES, NO_SUBJECT } from "./warnings.ts";

/** Signing authorities of others: an intermediate of another mount, or of another program. */

export const SignIntermediateInput = z.object({
  ...namesAsked,
  ...datesAsked,
  ...formats,
  ...signatureAsked,
  ...authorityAsked,
  signature_bits: field.integer(
    "Bits of the hash: 256 (0), 384 or 512. An issuer on a curve signs by the hash of its length, or by a longer one.",
  ),
  csr: field.text("The request, as PEM."),
  use_csr_values: field.flag("Take the subject and all extensions from the request, but for its basic constraints."),
  skid: field.text("The key id to write, hexadecimal: for signing over what exists. Worked out unless given."),
});
type SignIntermediateInput = z.output<typeof SignIntermediateInput>;

export const SignedIntermediate = z.object({
  certificate: z.string(),
  issuing_ca: z.string(),
  ca_chain: z.array(z.string()).describe("from the new certificate to the root"),
  serial_number: z.string(),
  expiration: z.number().describe("epoch seconds"),
});

const refuseWeak = ({ publicKey }: CertificateRequest): void => {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS;
  if (kindOf(publicKey) === "rsa" && bits < LEAST_RSA_BITS) {
    throw invalidRequest(`RSA keys < ${LEAST_RSA_BITS} bits are unsafe and not supported`);
  }
};

/** `U+007A 'z'`. */
const unicodeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")} '${character}'`;

const keyIdIn = (skid: string | undefined): Uint8Array | undefined => {
  const hex = (skid ?? "").replace(/[:\- ]/g, "");
  if (hex === "") return undefined;
  const wrong = /[^0-9a-f]/iu.exec(hex)?.[0];
  const why = wrong === undefined ? "odd length hex string" : `invalid byte: ${unicodeOf(wrong)}`;
  if (wrong !== undefined || hex.length % 2 === 1) {
    throw invalidRequest(`cannot parse requested SKID value as hex: encoding/hex: ${why}`);
  }
  return Buffer.from(hex, "hex");
};

/** How many intermediates may follow: as asked, or one fewer than under the issuer; `undefined`: no limit. */
const pathLengthUnder = ({ certificate }: SigningIssuer, asked: number | undefined): number | undefined => {
  const own = certificate.authority?.pathLength;
  if (own === 0) {
    throw invalidRequest("signing certificate has a max path length of zero, and cannot issue further CA certificates");
  }
  if (asked !== undefined) return pathLengthOf(asked);
  return own === undefined ? undefined : own - 1;
};

/** An authority may outlive its issuer, unless the issuer allows it to nobody. */
const refuseOutliving = (notAfter: number, { stored, certificate }: SigningIssuer): void => {
  if (stored.outlives !== "always_enforce_err" || notAfter <= certificate.notAfter) return;
  const [end, own] = [wholeRfc3339(notAfter), wholeRfc3339(certificate.notAfter)];
  throw invalidRequest(
    `cannot satisfy request, as TTL would result in notAfter of ${end} that is beyond the expiration of the CA certificate at ${own}`,
  );
};

/**
 * How the issuer should sign. As in the reference, `use_pss` counts for a request over a curve only together with
 * `signature_bits`, and neither counts for Ed25519.
 */
const signatureFor = ({ publicKey }: CertificateRequest, input: SignIntermediateInput): SignerOptions => {
  const kind = kindOf(publicKey);
  const { signature_bits = 0, use_pss = false } = input;
  if (kind === "rsa") refuseHash(signature_bits);
  return kind === "rsa" || (kind === "ec" && signature_bits !== 0)
    ? { bits: signature_bits === 0 ? 256 : signature_bits, pss: use_pss }
    : {};
};

interface Planned {
  readonly issuer: SigningIssuer;
  readonly request: CertificateRequest;
  readonly input: SignIntermediateInput;
  readonly plan: Omit<SignedAs, "issuer">;
  readonly warnings: readonly string[];
}

const planFor = (input: SignIntermediateInput, issuer: SigningIssuer, cx: BackendContext): Planned => {
  const request = requestIn(input.csr ?? "", refuseWeak);
  const { publicKey } = request;
  const asked = subjectOf(request.subject);
  const commonName = (input.common_name ?? "") === "" ? asked.commonName : (input.common_name ?? "");
  const serialNumber = (input.serial_number ?? "") === "" ? asked.serialNumber : (input.serial_number ?? "");
  const alternative = alternativeNamesFor(input, commonName);
  const subject: NamePlan = input.use_csr_values ? request.subject : subjectFor(input, { commonName, serialNumber });
  const { warnings, ...validity } = validityFor(input, cx);
  refuseOutliving(validity.notAfter, issuer);
  const pathLength = pathLengthUnder(issuer, input.max_path_length);
  const keyId = keyIdIn(input.skid);
  return writable(() => {
    const extensions = authorityExtensions({
      asked: input,
      pathLength,
      publicKey,
      keyId,
      issuerKeyId: issuer.certificate.subjectKeyId,
      subject,
      alternative: input.use_csr_values ? [] : alternative,
      urls: issuer.urls,
    });
    const others = alternative.filter(({ kind }) => kind === "other");
    const names = others.length > 0 ? alternativeNamesExtension([...request.alternative, ...others]) : undefined;
    const plan = {
      subject: input.use_csr_values ? request.subjectDer : subject,
      validity: { ...validity, warnings },
      publicKey,
      extensions: input.use_csr_values ? verbatimExtensions(request, extensions, present(names)) : extensions,
    };
    return { issuer, request, input, plan, warnings };
  });
};

const warningsFor = ({ issuer, plan, warnings }: Planned, certificate: Certificate): readonly string[] => [
  ...(certificate.notAfter > issuer.certificate.notAfter ? [BEYOND_ISSUER] : []),
  ...(plan.subject.length === 0 || isEmptyName(plan.subject) ? [NO_SUBJECT] : []),
  ...(hasUrls(issuer.urls) ? [] : [NO_ADDRESSES]),
  ...(certificate.authority?.pathLength === 0 ? [NO_FURTHER_AUTHORITIES("signed")] : []),
  ...warnings,
];

/** `SEQUENCE {}`: a name without any part. */
const EMPTY_NAME_BYTES = 2;
const isEmptyName = (subject: NamePlan | Uint8Array): boolean =>
  subject instanceof Uint8Array && subject.length <= EMPTY_NAME_BYTES;

const shownSigned = (certificate: Certificate, issuer: SigningIssuer, format: Format) => {
  const own = certificatePem(certificate.der);
  const chain = [own, ...issuer.chain];
  const issuing = certificatePem(issuer.certificate.der);
  if (format === "pem") return { certificate: own, issuing_ca: issuing, ca_chain: chain };
  if (format === "pem_bundle") return { certificate: chain.join("\n"), issuing_ca: issuing, ca_chain: chain };
  const bare = (text: string): string => text.replace(/-----[^-]+-----|\n/g, "");
  return {
    certificate: certificate.der.toString("base64"),
    issuing_ca: issuer.certificate.der.toString("base64"),
    ca_chain: chain.map(bare),
  };
};

const FORMATS = 'The "format" path parameter must be "pem" or "der"';

/** Signs a request for an authority. Throws with the reference's texts. */
export const signIntermediate = async (
  ref: string,
  input: SignIntermediateInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof SignedIntermediate>>> => {
  const format = formatOf(input.format, FORMATS);
  const issuer = await signingIssuer(ref, "issuing-certificates", cx);
  const planned = planFor(input, issuer, cx);
  const signer = certificateSigner(issuer, signatureFor(planned.request, input));
  const certificate = writable(() =>
    signed({ ...planned.plan, issuer: subjectDerOf(issuer.certificate.der) }, signer, cx),
  );
  const row = rowOf(certificate, issuer.stored.id);
  await cx.storage.write([certificateWrite(cx.storage, row)]);
  return {
    data: { ...shownSigned(certificate, issuer, format), serial_number: row.serial, expiration: row.notAfter },
    warnings: warningsFor(planned, certificate),
  };
};
