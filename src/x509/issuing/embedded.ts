import { Unreadable } from "../errors.ts";
import { type Member, membersUnder } from "../strict-der.ts";
import { contextTag, TAGS } from "../tags.ts";

/** Bytes out of certificates and lists that this mount knows already, exactly as they are there. */

const bodyOf = (der: Uint8Array): readonly Member[] =>
  membersUnder(TAGS.sequence, membersUnder(TAGS.sequence, der)[0]?.der);

/** DER of a certificate's subject: what certificates and lists under it must name as their issuer, byte by byte. */
export const subjectDerOf = (certificate: Uint8Array): Uint8Array => {
  const body = bodyOf(certificate);
  // A version, unless it is the first; number, algorithm, issuer, times, subject.
  const subject = body[body[0]?.tag === contextTag(0) ? 5 : 4];
  if (!subject) throw new Unreadable("the certificate has no subject");
  return subject.der;
};

/** The entries of a list, one behind the other, as `RevocationListPlan.earlier` takes them; empty where it has none. */
export const entriesOf = (list: Uint8Array): Uint8Array => {
  // Version, algorithm, issuer, two times, and entries if it has any.
  const entries = bodyOf(list)[5];
  return entries?.tag === TAGS.sequence ? entries.content : new Uint8Array();
};
