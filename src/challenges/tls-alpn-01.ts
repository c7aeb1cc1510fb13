import { createHash, type X509Certificate } from "node:crypto";
import { connect, type TLSSocket } from "node:tls";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { Certificate, id_ce_subjectAltName, SubjectAlternativeName } from "@peculiar/asn1-x509";
import type { Challenge } from "../framework/challenges.ts";
import { type Dial, NoConnection, networkReason, nextEvent } from "../outgoing/index.ts";
import { IncorrectResponse, type Ports } from "./terms.ts";

/**
 * A certificate that only who answers TLS for the name can show: self-signed, for the name alone, with the digest of the
 * key authorization in a critical extension. Source: RFC 8737.
 */

const PROTOCOL = "acme-tls/1";
const ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";

const shownBy = async (socket: TLSSocket, deadlineMs: number): Promise<X509Certificate> => {
  await nextEvent(socket, "secureConnect", deadlineMs);
  if (socket.alpnProtocol !== PROTOCOL) throw new IncorrectResponse(`the server does not speak ${PROTOCOL}`);
  const shown = socket.getPeerX509Certificate();
  if (!shown) throw new IncorrectResponse("the server shows no certificate");
  return shown;
};

const isForAlone = (value: ArrayBuffer, identifier: string): boolean => {
  const [name, ...others] = AsnConvert.parse(value, SubjectAlternativeName);
  return others.length === 0 && name?.dNSName?.toLowerCase() === identifier.toLowerCase();
};

const judge = (shown: X509Certificate, { identifier, keyAuthorization }: Challenge): void => {
  const { extensions = [] } = AsnConvert.parse(shown.raw, Certificate).tbsCertificate;
  const of = (id: string) => extensions.filter(({ extnID }) => extnID === id);
  if (shown.subject !== shown.issuer || !shown.verify(shown.publicKey)) {
    throw new IncorrectResponse("the certificate is not self-signed");
  }
  const [names, ...moreNames] = of(id_ce_subjectAltName);
  if (!names || moreNames.length > 0 || !isForAlone(names.extnValue.buffer, identifier)) {
    throw new IncorrectResponse("the certificate is not for the name alone");
  }
  const [proof, ...moreProofs] = of(ACME_IDENTIFIER);
  if (!proof?.critical || moreProofs.length > 0) {
    throw new IncorrectResponse("the certificate has no critical extension acmeIdentifier, or several");
  }
  const digest = createHash("sha256").update(keyAuthorization).digest();
  if (!digest.equals(Buffer.from(AsnConvert.parse(proof.extnValue.buffer, OctetString).buffer))) {
    throw new IncorrectResponse("the certificate holds another key authorization");
  }
};

/** Throws `IncorrectResponse`, or what `dial` throws. */
export const checkTlsAlpn = async (
  challenge: Challenge,
  dial: Dial,
  ports: Ports,
  deadlineMs: number,
): Promise<void> => {
  const socket = await dial({ host: challenge.identifier, port: ports.https }, deadlineMs);
  const secured = connect({
    socket,
    servername: challenge.identifier,
    ALPNProtocols: [PROTOCOL],
    // It is self-signed by design; `judge` checks it.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
  });
  try {
    judge(await shownBy(secured, deadlineMs), challenge);
  } catch (cause) {
    if (cause instanceof IncorrectResponse || cause instanceof NoConnection) throw cause;
    throw new IncorrectResponse(`the certificate cannot be read: ${networkReason(cause)}`, { cause });
  } finally {
    secured.on("error", () => undefined).destroy();
  }
};
