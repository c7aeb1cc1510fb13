import { contextTag, TAGS } from "../tags.ts";
import { encodedExtensions, signedFrame } from "./certificate.ts";
import { element, generalizedTime, oid, sequence } from "./der.ts";
import { type AskedCertificate, NONCE } from "./ocsp-request.ts";
import type { Signer } from "./plans.ts";

/** Answers by OCSP. Source: RFC 6960, section 4.2. */

export type CertificateStatus =
  | { readonly kind: "good" }
  | {
      readonly kind: "revoked";
      /** Epoch milliseconds. */
      readonly at: number;
      /** A number of RFC 5280, section 5.3.1; 0: none is written. */
      readonly reason: number;
    }
  | { readonly kind: "unknown" };

export interface CertificateAnswer {
  readonly asked: Pick<AskedCertificate, "der">;
  readonly status: CertificateStatus;
  /** Epoch milliseconds. */
  readonly thisUpdate: number;
  /** Absent: newer answers are there at any time. */
  readonly nextUpdate?: number | undefined;
}

export interface OcspPlan {
  /** Who answers: the DER of its subject, or the SHA-1 over the bits of its key. */
  readonly responder: { readonly subject: Uint8Array } | { readonly keyId: Uint8Array };
  /** Epoch milliseconds. */
  readonly producedAt: number;
  readonly answers: readonly CertificateAnswer[];
  /** As `OcspRequest` has it; absent: none is sent back. */
  readonly nonce?: Uint8Array | undefined;
  /** DER: what leads from the responder to somebody who is trusted; absent: nothing. */
  readonly certificates?: readonly Uint8Array[] | undefined;
}

const BASIC = oid("1.3.6.1.5.5.7.48.1.1");

const GOOD = 0x80;
const UNKNOWN = 0x82;

const encodedStatus = (status: CertificateStatus): Buffer => {
  switch (status.kind) {
    case "good":
      return element(GOOD);
    case "unknown":
      return element(UNKNOWN);
    case "revoked": {
      const why =
        status.reason === 0 ? [] : [element(contextTag(0), element(TAGS.enumerated, Buffer.of(status.reason)))];
      return element(contextTag(1), generalizedTime(status.at), ...why);
    }
  }
};

const encodedAnswer = ({ asked, status, thisUpdate, nextUpdate }: CertificateAnswer): Buffer =>
  sequence(
    asked.der,
    encodedStatus(status),
    generalizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [element(contextTag(0), generalizedTime(nextUpdate))]),
  );

const encodedResponder = (responder: OcspPlan["responder"]): Buffer =>
  "subject" in responder
    ? element(contextTag(1), responder.subject)
    : element(contextTag(2), element(TAGS.octets, responder.keyId));

/** Answers, DER. Never with RSASSA-PSS, which Go's clients of OCSP cannot check; the reference does the same. */
export const signOcspResponse = (plan: OcspPlan, signer: Signer): Buffer => {
  const { responder, producedAt, answers, nonce, certificates = [] } = plan;
  const body = sequence(
    encodedResponder(responder),
    generalizedTime(producedAt),
    sequence(...answers.map(encodedAnswer)),
    ...(nonce ? [element(contextTag(1), encodedExtensions([{ type: NONCE, critical: false, value: nonce }]))] : []),
  );
  const chain = certificates.length > 0 ? [element(contextTag(0), sequence(...certificates))] : [];
  const basic = signedFrame(body, { ...signer, pss: false }, chain);
  return sequence(
    element(TAGS.enumerated, Buffer.of(0)),
    element(contextTag(0), sequence(BASIC, element(TAGS.octets, basic))),
  );
};

const FAILURES = { malformedRequest: 1, internalError: 2, tryLater: 3, sigRequired: 5, unauthorized: 6 } as const;

/** An answer that says only why a question failed. Nobody signs it. */
export const ocspFailure = (failure: keyof typeof FAILURES): Buffer =>
  sequence(element(TAGS.enumerated, Buffer.of(FAILURES[failure])));
