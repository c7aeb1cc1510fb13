import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate as Parsed } from "@peculiar/asn1-x509";
import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { type Certificate, readCertificate, Unreadable } from "../../../x509/index.ts";
import { authorityKeyId, kindOf, present, signCertificate, subjectDerOf } from "../../../x509/issuing/index.ts";
import type { ExtensionPlan } from "../../../x509/issuing/plans.ts";
import { serialBytes, serialOf } from "../revoking/serials.ts";
import { KIND_NAMES } from "./algorithm-names.ts";
import { signingIssuer } from "./authority.ts";
import { issuerExtensions, writable } from "./certificates.ts";
import { wrapped } from "./index-entry.ts";
import { certificatePem } from "./key-formats.ts";
import { pemBlocksOf } from "./pem-bundle.ts";

/**
 * Signing over a root of others, which says everything as it says it itself, so that clients who trust an issuer of
 * this mount trust that root too.
 *
 * Security: this makes an authority of whatever it is given; only callers with sudo on `root/sign-self-issued`, or whom
 * a policy allows the path of an issuer, may do it.
 */

export const SelfIssuedInput = z.object({
  certificate: field.text("The root, as PEM."),
  require_matching_certificate_algorithms: field.flag("Refuse where the keys of the two are of different kinds."),
});
type SelfIssuedInput = z.output<typeof SelfIssuedInput>;

export const SelfIssuedShown = z.object({ certificate: z.string(), issuing_ca: z.string() });

const UNDECODED = "certificate could not be PEM-decoded";

const rootIn = (text: string): Certificate => {
  if (!text.includes("-----BEGIN ")) throw invalidRequest(UNDECODED);
  const [block] = pemBlocksOf(text, 0);
  if (!block || block.der.length === 0) throw invalidRequest(UNDECODED);
  try {
    return readCertificate(block.der);
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    throw invalidRequest(`error parsing certificate: ${cause.reason}`, { cause });
  }
};

/** Those that speak of the issuer: the new issuer's go there instead. */
const OF_THE_ISSUER = new Set(["2.5.29.35", "1.3.6.1.5.5.7.1.1", "2.5.29.31", "2.5.29.46"]);

const ownExtensions = ({ der }: Certificate): readonly ExtensionPlan[] =>
  (AsnConvert.parse(der, Parsed).tbsCertificate.extensions ?? [])
    .map(({ extnID, critical, extnValue }) => ({
      type: extnID,
      critical,
      value: new Uint8Array(extnValue.buffer),
    }))
    .filter(({ type }) => !OF_THE_ISSUER.has(type));

/** Signs a self-issued certificate of an authority. Throws with the reference's texts. */
export const signSelfIssued = async (
  ref: string,
  input: SelfIssuedInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof SelfIssuedShown>>> => {
  const root = rootIn(input.certificate ?? "");
  if (!root.authority) throw invalidRequest("given certificate is not a CA certificate");
  if (root.name !== root.issuer) throw invalidRequest("given certificate is not self-issued");
  const issuer = await signingIssuer(ref, "issuing-certificates", cx);
  const { publicKey } = root.x509;
  const [own, theirs] = [kindOf(issuer.signer.key), kindOf(publicKey)];
  if (own === undefined || theirs === undefined)
    throw invalidRequest("x509: only RSA, ECDSA and Ed25519 keys supported");
  if (own !== theirs && input.require_matching_certificate_algorithms) {
    throw wrapped(
      `signing certificate's public key algorithm (${KIND_NAMES[own]}) does not match submitted certificate's (${KIND_NAMES[theirs]}), and require_matching_certificate_algorithms is true`,
    );
  }
  const der = writable(() =>
    signCertificate(
      {
        serial: serialBytes(serialOf(root)),
        subject: subjectDerOf(root.der),
        issuer: subjectDerOf(issuer.certificate.der),
        notBefore: root.notBefore,
        notAfter: root.notAfter,
        publicKey,
        extensions: [
          ...ownExtensions(root),
          ...present(authorityKeyId(issuer.certificate.subjectKeyId)),
          ...issuerExtensions(issuer.urls),
        ],
      },
      issuer.signer,
    ),
  );
  return { data: { certificate: certificatePem(der), issuing_ca: certificatePem(issuer.certificate.der) } };
};
