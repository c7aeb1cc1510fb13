import { invalidRequest } from "../../../framework/index.ts";
import { Unreadable, wholeBlocks } from "../../../x509/index.ts";
import { membersUnder, readRequest, UNKNOWN_CURVE, UNKNOWN_KEY, UNPROVEN } from "../../../x509/issuing/index.ts";
import type { CertificateRequest } from "../../../x509/issuing/plans.ts";

/** The CSR of a request, read and its signature checked. Throws with the reference's texts. */

const LABELS: readonly string[] = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CERTIFICATE"];

const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const SEQUENCE = 0x30;
/** The tag of names whose type an application defines. */
const OTHER_NAME = 0xa0;

/** Names of such types have a text as their value, or nobody can say whether a role allows them. */
export const refuseStrangeNames = ({ alternative, extensions, unknownAlternative }: CertificateRequest): void => {
  if (!unknownAlternative) return;
  const value = extensions.find(({ type }) => type === SUBJECT_ALTERNATIVE_NAME)?.value;
  const asked = membersUnder(SEQUENCE, value).filter(({ tag }) => tag === OTHER_NAME);
  if (asked.length > alternative.filter(({ kind }) => kind === "other").length) {
    throw invalidRequest("could not parse requested other SAN: no UTF-8 string found in OtherName");
  }
};

const NO_KEY =
  "Refusing to sign CSR with empty PublicKey. This usually means the SubjectPublicKeyInfo field has an OID not recognized by Go, such as 1.2.840.113549.1.1.10 for rsaPSS.";

/** By the words of `readRequest`: where the reference says more than that a CSR cannot be parsed. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  [UNPROVEN, "request signature invalid"],
  [UNKNOWN_KEY, NO_KEY],
  [UNKNOWN_CURVE, "certificate request could not be parsed: x509: unsupported elliptic curve"],
]);

/** `refuse`: sees what the CSR claims before its signature is checked, and throws for what is not taken. */
export const requestIn = (csr: string, refuse: (claimed: CertificateRequest) => void): CertificateRequest => {
  if (csr === "") throw invalidRequest('"csr" is empty');
  const block = [...wholeBlocks(csr)].find(({ label, headers }) => LABELS.includes(label) && !headers);
  if (!block) throw invalidRequest("csr contains no data");
  try {
    return readRequest(block.der, refuse);
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    const { reason } = cause;
    throw invalidRequest(TEXTS.get(reason) ?? `certificate request could not be parsed: ${reason}`, { cause });
  }
};
