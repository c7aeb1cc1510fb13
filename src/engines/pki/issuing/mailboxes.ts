import { asciiName } from "./host-names.ts";

/** E-mail addresses as alternative names: ASCII, with a domain beyond ASCII written as a host name is (RFC 5280, 7.5). */

const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+$/i;
/** As of hosts, also where host names are not enforced: no text that a program could take for several addresses. */
const DOMAIN = /^[a-z0-9._-]+$/i;

/** The address as it is written in a certificate. `undefined`: it cannot be. */
export const writtenMailbox = (text: string): string | undefined => {
  const [local = "", domain = "", ...more] = text.split("@");
  if (more.length > 0 || !LOCAL_PART.test(local)) return undefined;
  const name = asciiName(domain);
  if (name === undefined || "invalid" in name) return undefined;
  return DOMAIN.test(name.ascii) ? `${local}@${name.ascii}` : undefined;
};
