import { type BackendContext, VaultError } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { ConditionFailed, type Write } from "../../../storage/store.ts";
import { Unreadable } from "../../../x509/index.ts";
import { encodedKey, readRequest } from "../../../x509/issuing/index.ts";
import type { CertificateRequest } from "../../../x509/issuing/plans.ts";
import { signingIssuer } from "../authorities/authority.ts";
import { asksToBeAuthority } from "../issuing/certificate-plan.ts";
import { issueForRequest, type RequestedCertificate } from "../issuing/for-request.ts";
import type { Outcome } from "./answers.ts";
import type { Directory } from "./directory.ts";
import { checkNames } from "./identifiers.ts";
import type { PublicJwk } from "./jws.ts";
import { type CurrentOrder, currentShown, findOrder } from "./orders.ts";
import { badCsr, type Problem, problem, wordsFirst } from "./problems.ts";
import { bodyOf, type StoredAccount, type StoredOrder } from "./records.ts";

/**
 * Turns a ready order into a certificate.
 *
 * Security: the CSR names the order's identifiers and nothing else, is signed by its own key, and that is not the
 * account's. The certificate's row and the order's new state are one transaction over the order as it was read: of two
 * requests at once one has a certificate, and the other's is stored nowhere and shown to nobody.
 */

/** Ninety days, whatever the role says. */
const LONGEST = 90 * 86_400;

const requestIn = (payload: JsonObject | undefined): CertificateRequest => {
  const csr = payload?.["csr"];
  if (csr === undefined) throw wordsFirst("malformed", "missing csr in payload");
  if (typeof csr !== "string") throw wordsFirst("malformed", "csr in payload not the expected type");
  const der = Buffer.from(csr, "base64url");
  if (der.toString("base64url") !== csr) throw wordsFirst("malformed", "failed base64 decoding csr");
  try {
    return readRequest(der);
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    throw wordsFirst("malformed", `failed to parse csr: ${cause.reason}`);
  }
};

const BASIC_CONSTRAINTS = "2.5.29.19";
/** The DER of constraints that say nothing: not an authority. */
const NO_AUTHORITY = Buffer.from([0x30, 0x00]);

const checkRequest = (request: CertificateRequest, order: StoredOrder, key: PublicJwk): void => {
  checkNames(request, order.identifiers);
  if (encodedKey(request.publicKey).equals(encodedKey(key.key))) {
    throw badCsr("certificate public key must not match account key");
  }
  const constraints = request.extensions.find(({ type }) => type === BASIC_CONSTRAINTS);
  if (asksToBeAuthority(request) && constraints && !NO_AUTHORITY.equals(constraints.value)) {
    throw badCsr("refusing to accept CSR with Basic Constraints extension with CA set to true");
  }
};

const notReady = (status: string): Problem =>
  problem("orderNotReady", `order is status ${status}, needs to be in ready state`);

/** What the role or the issuer refuses is told as the CSR's fault, which it is. */
const issued = async (issue: () => Promise<RequestedCertificate>): Promise<RequestedCertificate> => {
  try {
    return await issue();
  } catch (cause) {
    if (!(cause instanceof VaultError) || cause.code !== "invalid_request") throw cause;
    throw badCsr(`refusing to sign CSR: ${cause.wire ?? "it is not allowed"}`);
  }
};

const completed = (
  { stored, entry }: CurrentOrder,
  { serial, certificate }: Pick<RequestedCertificate, "serial" | "certificate">,
  issuerId: string,
): { readonly order: StoredOrder; readonly write: Write } => {
  const notAfter = Math.floor(certificate.notAfter / 1000);
  const order: StoredOrder = { ...stored, status: "valid", serial, issuerId, notAfter };
  // From now on it lasts until it is tidied.
  return { order, write: { op: "put", address: entry.address, body: bodyOf(order), when: { n: entry.n } } };
};

export const finalize = async (
  id: string,
  payload: JsonObject | undefined,
  { account, key }: { readonly account: StoredAccount; readonly key: PublicJwk },
  directory: Directory,
  cx: BackendContext,
): Promise<Outcome> => {
  const request = requestIn(payload);
  const order = await findOrder(id, account, directory, cx);
  if (order.status !== "ready") throw notReady(order.status);
  checkRequest(request, order.stored, key);
  const { role, roleName, issuerId } = directory;
  try {
    const issuer = await signingIssuer(issuerId, "issuing-certificates", cx);
    const made = await issued(() =>
      issueForRequest(
        {
          role,
          roleName,
          request,
          issuer,
          longest: LONGEST,
          account: account.id,
          together: (certificate) => [completed(order, certificate, issuerId).write],
        },
        cx,
      ),
    );
    const { order: stored } = completed(order, made, issuerId);
    return currentShown(directory, { ...order, stored, status: "valid" });
  } catch (cause) {
    if (!(cause instanceof ConditionFailed)) throw cause;
    const now = await findOrder(id, account, directory, cx);
    throw notReady(now.status);
  }
};
