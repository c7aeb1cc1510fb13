import { Unreadable } from "../errors.ts";
import { membersOf, membersUnder } from "../strict-der.ts";
import { contextTag, TAG } from "./der.ts";

/** The DER of a certificate's subject: what it signs must bear its name byte by byte. Throws `Unreadable`. */
export const subjectDer = (certificate: Uint8Array): Uint8Array => {
  const [body] = membersUnder(TAG.sequence, certificate);
  const members = body ? membersOf(body.der) : [];
  // Version, number, algorithm, issuer, times, subject; the first version of certificates does not say itself.
  const subject = members[members[0]?.tag === contextTag(0) ? 5 : 4];
  if (!subject) throw new Unreadable("a certificate has no subject");
  return subject.der;
};
