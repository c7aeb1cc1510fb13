import { z } from "zod";
import { type AnyPath, type BackendContext, field, op, path } from "../../../framework/index.ts";
import type { Address, View } from "../../../storage/store.ts";
import {
  type AskedCertificate,
  type CertificateStatus,
  isIssuerOf,
  keyBits,
  ocspFailure,
  serialText,
  signOcspResponse,
} from "../../../x509/issuing/index.ts";
import { type Authority, type Issuer, signingIssuerOf, withAuthority } from "../authorities/authority.ts";
import { revocationSigner } from "../authorities/signers.ts";
import { indexAddress, revocationAddress, type StoredRevocation } from "../model.ts";
import { subjectDer } from "./lists/entries.ts";
import { isIssuedBy } from "./lists/revocations.ts";
import { questionIn, questionsIn } from "./ocsp-question.ts";
import { findRevocation } from "./rows.ts";
import { findSettings, lasting, settingsAddress } from "./settings.ts";

/**
 * Answers by OCSP, for everybody: is a certificate revoked. The issuer that the question names by its hashes signs, with
 * the key that signed the certificate. Whatever of ours is not revoked is good, as in the reference: certificates need
 * not be stored. An answer reads one row of a certificate, with the settings and the index in the same call.
 */

const TYPE = "application/ocsp-response";

const failed = (failure: "malformedRequest" | "unauthorized", status: number) => ({
  raw: { contentType: TYPE, body: ocspFailure(failure) },
  status,
});
const malformed = () => failed("malformedRequest", 400);
const unauthorized = () => failed("unauthorized", 401);

const prefetchFor = (asked: AskedCertificate | undefined, storage: View): readonly Address[] => {
  const common = [indexAddress(storage), settingsAddress(storage)];
  return asked ? [...common, revocationAddress(storage, serialText(asked.serial))] : common;
};

const isMeant = (asked: AskedCertificate, { certificate }: Issuer): boolean =>
  isIssuerOf(asked, { subject: subjectDer(certificate), keyBits: keyBits(certificate.x509.publicKey) });

const maySign = ({ keyId, stored }: Issuer): boolean => keyId !== "" && stored.usage.includes("ocsp-signing");

/**
 * Who answers: an issuer that is meant and may; `"nobody"`: one is meant and none may; `undefined`: somebody else's
 * certificate is meant. A revocation of one issuer says nothing about another's certificate of the same number.
 */
const answering = (
  { issuers }: Authority,
  asked: AskedCertificate,
  revokedBy: string,
): Issuer | "nobody" | undefined => {
  // An issuer that went may be back under another id, and its revocation does not say so before the next list.
  const isKnown = issuers.some(({ stored }) => stored.id === revokedBy);
  const meant = issuers.filter(
    (issuer) => issuer.keyId !== "" && (!isKnown || issuer.stored.id === revokedBy) && isMeant(asked, issuer),
  );
  return meant.find(maySign) ?? (meant.length > 0 ? "nobody" : undefined);
};

const sign = async (
  cx: BackendContext,
  authority: Authority,
  signs: Issuer,
  asked: AskedCertificate,
  status: CertificateStatus,
  expiry: string,
) => {
  const issuer = await signingIssuerOf(authority, signs.stored.id, "ocsp-signing");
  const signer = revocationSigner(issuer);
  const now = cx.clock.now();
  const nextUpdate = lasting(expiry) > 0 ? now + lasting(expiry) : undefined;
  const responder = { subject: subjectDer(signs.certificate) };
  const answers = [{ asked, status, thisUpdate: now, nextUpdate }];
  return { raw: { contentType: TYPE, body: signOcspResponse({ responder, producedAt: now, answers }, signer) } };
};

/** Of several readings of a path the one about an issuer of ours; `undefined` where that is not one alone. */
const chosen = (readings: readonly AskedCertificate[], { issuers }: Authority): AskedCertificate | undefined => {
  if (readings.length < 2) return readings[0];
  const own = readings.filter((one) => issuers.some((issuer) => isMeant(one, issuer)));
  const [asked, other] = own.length > 0 ? own : readings;
  return other ? undefined : asked;
};

/** When an issuer of the mount, the certificate that is asked for, was revoked, epoch milliseconds: it may have no row. */
const issuerRevoked = ({ issuers }: Authority, asked: AskedCertificate, by: Issuer): number | undefined => {
  const serial = serialText(asked.serial);
  const isOver = ({ stored, certificate, serial: own }: Issuer): boolean =>
    stored.revoked > 0 && own === serial && isIssuedBy(certificate.x509, by);
  const issuer = issuers.find(isOver);
  return issuer && issuer.stored.revoked * 1000;
};

const statusOf = (
  revocation: StoredRevocation | undefined,
  authority: Authority,
  asked: AskedCertificate,
  by: Issuer,
): CertificateStatus => {
  if (revocation) return { kind: "revoked", at: revocation.revoked, reason: revocation.reason };
  const at = issuerRevoked(authority, asked, by);
  return at === undefined ? { kind: "good" } : { kind: "revoked", at, reason: 0 };
};

const answer = async (cx: BackendContext, readings: readonly AskedCertificate[]) => {
  const { ocsp_disable, ocsp_expiry } = await findSettings(cx);
  if (ocsp_disable) return unauthorized();
  return withAuthority(cx, async (authority) => {
    const asked = chosen(readings, authority);
    if (!asked) return malformed();
    const revocation = await findRevocation(cx, serialText(asked.serial));
    const signs = answering(authority, asked, revocation?.issuerId ?? "");
    if (signs === "nobody") return unauthorized();
    if (signs) {
      return sign(cx, authority, signs, asked, statusOf(revocation, authority, asked, signs), ocsp_expiry);
    }
    const byDefault = authority.issuers.find(({ stored }) => stored.id === authority.index.default);
    if (!byDefault || !maySign(byDefault)) return unauthorized();
    return sign(cx, authority, byDefault, asked, { kind: "unknown" }, ocsp_expiry);
  });
};

const postPath = path("ocsp", {
  summary: "the state of a certificate, by OCSP",
  params: {},
  ops: {
    update: op({
      summary: "ask with a body of application/ocsp-request",
      access: "unauthenticated",
      answers: { raw: TYPE },
      input: z.object({ request: field.text("The question, DER in base64: what such a body becomes.") }),
      prefetch: ({ data }, storage) => prefetchFor(questionIn(data["request"]), storage),
      handle: ({ input }, cx) => {
        const asked = questionIn(input.request);
        return answer(cx, asked ? [asked] : []);
      },
    }),
  },
});

const getPath = path("ocsp/{request+}", {
  summary: "the state of a certificate, by OCSP over GET",
  params: { request: "The question, DER in base64." },
  ops: {
    read: op({
      summary: "ask with a question in the path",
      access: "unauthenticated",
      answers: { raw: TYPE },
      prefetch: ({ params }, storage) => prefetchFor(questionsIn(params.request)[0], storage),
      handle: ({ params }, cx) => answer(cx, questionsIn(params.request)),
    }),
  },
});

export const ocspPaths: readonly AnyPath[] = [postPath, getPath];
