import { invalidRequest } from "../../../framework/index.ts";
import { pemBlocks, Unreadable } from "../../../x509/index.ts";
import { readRequest } from "../../../x509/issuing/index.ts";
import type { CertificateRequest } from "../../../x509/issuing/plans.ts";

/** The CSR of a request, read and its signature checked. Throws with the reference's texts. */

const LABELS = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CERTIFICATE"];

export const requestIn = (csr: string): CertificateRequest => {
  if (csr === "") throw invalidRequest('"csr" is empty');
  const [der] = pemBlocks(csr, LABELS);
  if (!der) throw invalidRequest("csr contains no data");
  try {
    return readRequest(der);
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    throw invalidRequest(`certificate request could not be parsed: ${cause.reason}`, { cause });
  }
};
