import { X509Certificate } from "node:crypto";
import type { BackendContext } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { wholeRfc3339 } from "../../../std/time.ts";
import { certificateAddress, revocationAddress, StoredCertificate } from "../model.ts";
import { revokeCertificate } from "../revoking/revoke.ts";
import { serialOfNumber } from "../revoking/serials.ts";
import type { Outcome } from "./answers.ts";
import type { Directory } from "./directory.ts";
import { malformed, problem } from "./problems.ts";
import { type Signed, standing } from "./requests.ts";

/**
 * Revokes a certificate for the account it was issued to, or for whoever has its key.
 *
 * Security: the certificate must be the mount's own, byte by byte. An account revokes its own certificates and no
 * others; a message that brings a key along must be signed by that of the certificate.
 */

const WHY = "unable to revoke certificate: ";

const certificateIn = (payload: JsonObject | undefined): X509Certificate => {
  const given = payload?.["certificate"];
  if (given === undefined) throw malformed("bad request was lacking required field 'certificate'");
  if (typeof given !== "string") throw malformed("invalid type for field 'certificate'");
  const der = Buffer.from(given, "base64url");
  if (der.toString("base64url") !== given) throw malformed("failed to base64 decode certificate");
  try {
    return new X509Certificate(der);
  } catch {
    throw malformed("failed to parse certificate");
  }
};

const checkReason = (reason: unknown): void => {
  if (reason === undefined || Number(reason) === 0) return;
  if (typeof reason === "string" || Number.isNaN(Number(reason))) throw malformed("invalid type for field 'reason'");
  throw problem(
    "badRevocationReason",
    `revocation reasons are not supported (got ${Number(reason)}; expected omitted or 0/unspecified)`,
  );
};

const checkRight = (signed: Signed, shown: X509Certificate, row: StoredCertificate, directory: Directory): void => {
  if (!signed.account) {
    if (signed.key.key.equals(shown.publicKey)) return;
    throw malformed(
      `${WHY}unable to verify proof of possession of private key provided by proxy: the certificate has another key`,
    );
  }
  const { account } = standing(signed, directory);
  if (row.account !== account.id) {
    throw malformed(`${WHY}no certificate with this serial was issued for this account`);
  }
};

export const revokeCert = async (signed: Signed, directory: Directory, cx: BackendContext): Promise<Outcome> => {
  const { storage, clock } = cx;
  const shown = certificateIn(signed.payload);
  checkReason(signed.payload?.["reason"]);
  if (Date.parse(shown.validTo) < clock.now()) throw malformed("refusing to revoke expired certificate");
  const serial = serialOfNumber(BigInt(`0x${shown.serialNumber}`));
  const [certificate, revocation] = await storage.getMany([
    certificateAddress(storage, serial),
    revocationAddress(storage, serial),
  ]);
  if (!certificate) throw problem("malformed", `${WHY}no global cert entry found`);
  const row = StoredCertificate.parse(certificate.body);
  if (!Buffer.from(row.certificate, "base64").equals(shown.raw)) {
    throw malformed(`${WHY}supplied certificate does not match CA's stored value`);
  }
  checkRight(signed, shown, row, directory);
  if (revocation) throw problem("alreadyRevoked", "unable to revoke certificate");
  const done = await revokeCertificate(cx, { serial });
  if (done?.state !== "revoked") throw malformed(`${WHY}it has ended`);
  return {
    body: {
      revocation_time: Math.floor(done.revoked / 1000),
      revocation_time_rfc3339: wholeRfc3339(done.revoked),
      state: "revoked",
    },
  };
};
