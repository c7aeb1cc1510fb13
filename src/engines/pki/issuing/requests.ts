import { invalidRequest } from "../../../framework/index.ts";
import { pemBlocks, Unreadable } from "../../../x509/index.ts";
import { membersUnder, readRequest } from "../../../x509/issuing/index.ts";
import type { CertificateRequest } from "../../../x509/issuing/plans.ts";

/** The CSR of a request, read and its signature checked. Throws with the reference's texts. */

const LABELS = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CERTIFICATE"];

const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const SEQUENCE = 0x30;
/** The tag of names whose type an application defines. */
const OTHER_NAME = 0xa0;

/** Names of such types have a text as their value, or nobody can say whether a role allows them. */
const refuseStrangeNames = ({ alternative, extensions, unknownAlternative }: CertificateRequest): void => {
  if (!unknownAlternative) return;
  const value = extensions.find(({ type }) => type === SUBJECT_ALTERNATIVE_NAME)?.value;
  const asked = membersUnder(SEQUENCE, value).filter(({ tag }) => tag === OTHER_NAME);
  if (asked.length > alternative.filter(({ kind }) => kind === "other").length) {
    throw invalidRequest("could not parse requested other SAN: no UTF-8 string found in OtherName");
  }
};

const read = (der: Uint8Array): CertificateRequest => {
  try {
    return readRequest(der);
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    throw invalidRequest(`certificate request could not be parsed: ${cause.reason}`, { cause });
  }
};

/** `names`: whether its alternative names are to be used. */
export const requestIn = (csr: string, names: boolean): CertificateRequest => {
  if (csr === "") throw invalidRequest('"csr" is empty');
  const [der] = pemBlocks(csr, LABELS);
  if (!der) throw invalidRequest("csr contains no data");
  const request = read(der);
  if (names) refuseStrangeNames(request);
  return request;
};
