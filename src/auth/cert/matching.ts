import type { BackendContext } from "../../framework/index.ts";
import { type Certificate, isForClients, isValidAt, pathsTo } from "../../x509/index.ts";
import { unmet } from "./constraints.ts";
import type { Presented } from "./presented.ts";
import { objectionTo, type Revocations } from "./revocation.ts";
import type { NamedRole } from "./roles.ts";
import { certificatesOf, isPinned } from "./trusted.ts";

/**
 * Whether a role takes a client's certificate. A role that names one certificate takes that very one, byte for byte; a
 * role that names authorities takes what one of them issued, by way of what the client sent along. Other roles'
 * certificates never count.
 */

interface Case {
  readonly presented: Presented;
  readonly revocations: Revocations;
  readonly now: number;
}

const pinnedObjection = ([own]: readonly Certificate[], { presented: { leaf }, revocations, now }: Case) => {
  // A serial number, key ids and names can be copied; what was signed over cannot.
  if (!own?.der.equals(leaf.der)) return "another certificate";
  if (!isValidAt(leaf, now)) return "the certificate is not valid at this time";
  if (!isForClients(leaf)) return "the certificate is not for clients";
  return objectionTo([leaf], revocations, now);
};

const issuedObjection = (anchors: readonly Certificate[], { presented, revocations, now }: Case) => {
  const { leaf, others } = presented;
  if (!isValidAt(leaf, now)) return "the certificate is not valid at this time";
  let why = "no path to a trusted certificate";
  for (const path of pathsTo({ leaf, anchors, intermediates: others, now })) {
    const objection = objectionTo(path, revocations, now);
    if (objection === undefined) return undefined;
    why = objection;
  }
  return why;
};

/** Why a role does not take it, for operators; `undefined`: it does. */
export const objectionOf = (role: NamedRole, asked: Case, cx: Pick<BackendContext, "cache">): string | undefined => {
  const missed = unmet(role, asked.presented.leaf);
  if (missed !== undefined) return `${missed} is not met`;
  const certificates = certificatesOf(role.certificate, cx);
  return isPinned(certificates) ? pinnedObjection(certificates, asked) : issuedObjection(certificates, asked);
};
