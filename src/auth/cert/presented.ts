import type { BackendContext } from "../../framework/index.ts";
import { type Certificate, pemBlocks, readCertificate, Unreadable } from "../../x509/index.ts";

/** What the client showed in TLS, read. Its key is proved by TLS; everything else about it is still a claim. */
export interface Presented {
  readonly leaf: Certificate;
  /** What else it sent; may help to build a path, is trusted for nothing. */
  readonly others: readonly Certificate[];
}

const MOST_BYTES = 64 * 1024;
const MOST_CERTIFICATES = 10;

const readOr = (der: Uint8Array): readonly Certificate[] => {
  try {
    return [readCertificate(der)];
  } catch (cause) {
    if (cause instanceof Unreadable) return [];
    throw cause;
  }
};

/** `undefined`: the client showed nothing. Throws `Unreadable` for a certificate of its own that cannot be read. */
export const presentedIn = ({
  peerCertificates: pem,
}: Pick<BackendContext, "peerCertificates">): Presented | undefined => {
  if (pem === undefined) return undefined;
  if (pem.length > MOST_BYTES) throw new Unreadable("the client's certificates are too large");
  const [own, ...others] = pemBlocks(pem, ["CERTIFICATE"]).slice(0, MOST_CERTIFICATES);
  if (!own) throw new Unreadable("the front door passed on no certificate in PEM");
  return { leaf: readCertificate(own), others: others.flatMap(readOr) };
};
