import type { Certificate } from "../../../x509/index.ts";
import { encodedKey } from "../../../x509/issuing/index.ts";

/**
 * The chains of all issuers of a mount, from what they are: who signed whom, and what operators set by hand. Chains are
 * worked out whenever they are needed, so that none is stale.
 */

/** What chains are worked out from. */
export interface ChainMember {
  readonly id: string;
  readonly certificate: Certificate;
  readonly manualChain: readonly string[];
}

const isSelfIssued = ({ name, issuer }: Certificate): boolean => name === issuer;

/** Whether key ids, where both certificates say them, allow that the one signed the other. */
const keyIdsAgree = (child: Certificate, parent: Certificate): boolean =>
  child.authorityKeyId === undefined ||
  parent.subjectKeyId === undefined ||
  child.authorityKeyId.equals(parent.subjectKeyId);

const mayHaveSigned = (child: Certificate, parent: Certificate): boolean =>
  child.issuer === parent.name &&
  parent.authority !== undefined &&
  parent.signsCertificates &&
  child.strongSignature &&
  keyIdsAgree(child, parent);

const holds = (child: Certificate, parent: Certificate): boolean => {
  try {
    return child.x509.verify(parent.x509.publicKey);
  } catch {
    // A key of another kind than the signature's.
    return false;
  }
};

/** Whether the one signed the other, and may sign certificates. */
export const isSignedBy = (child: Certificate, parent: Certificate): boolean =>
  mayHaveSigned(child, parent) && holds(child, parent);

/** The same for many parents: a signature is checked once for each key, however many certificates the key has. */
const signersAmong = (child: ChainMember, candidates: readonly ChainMember[]): readonly ChainMember[] => {
  const possible = candidates.filter(
    (parent) => parent !== child && mayHaveSigned(child.certificate, parent.certificate),
  );
  if (possible.length < 2) return possible.filter(({ certificate }) => holds(child.certificate, certificate));
  const checked = new Map<string, boolean>();
  return possible.filter(({ certificate }) => {
    const key = encodedKey(certificate.x509.publicKey).toString("hex");
    const known = checked.get(key) ?? holds(child.certificate, certificate);
    checked.set(key, known);
    return known;
  });
};

/** Roots first: from a root nothing leads on, while an intermediate leads away from the other parents. */
const parentsOf = (child: ChainMember, byName: ReadonlyMap<string, readonly ChainMember[]>): readonly ChainMember[] => {
  const parents = signersAmong(child, byName.get(child.certificate.issuer) ?? []);
  const roots = parents.filter(({ certificate }) => isSelfIssued(certificate));
  return [...roots, ...parents.filter((parent) => !roots.includes(parent))];
};

const grouped = (members: readonly ChainMember[]): ReadonlyMap<string, readonly ChainMember[]> => {
  const byName = new Map<string, ChainMember[]>();
  for (const member of members) {
    const { name } = member.certificate;
    byName.set(name, [...(byName.get(name) ?? []), member]);
  }
  return byName;
};

interface Step {
  /** Ids that join the chain. */
  readonly adds: readonly string[];
  /** Where it goes on. */
  readonly on: readonly ChainMember[];
}

const NOWHERE: Step = { adds: [], on: [] };

const stepOf = (
  member: ChainMember,
  known: ReadonlyMap<string, ChainMember>,
  byName: ReadonlyMap<string, readonly ChainMember[]>,
): Step =>
  member.manualChain.length > 0
    ? { adds: member.manualChain.filter((id) => known.has(id)), on: [] }
    : { adds: [member.id], on: parentsOf(member, byName) };

/**
 * The chain of each member, by id: ids from itself to the roots that are known, each once. A chain set by hand is taken
 * as it is, without members that are gone. Members that signed each other are in each other's chains. The order of the
 * members given does not matter.
 */
export const chainsOf = (members: readonly ChainMember[]): ReadonlyMap<string, readonly string[]> => {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? 1 : -1));
  const known = new Map(sorted.map((member) => [member.id, member]));
  const byName = grouped(sorted);
  const steps = new Map(sorted.map((member) => [member.id, stepOf(member, known, byName)]));

  const chainOf = (start: ChainMember): readonly string[] => {
    const chain = new Set<string>();
    const explored = new Set<string>();
    // A stack and no recursion: a chain is as long as an operator makes it.
    const ahead: ChainMember[] = [start];
    for (let member = ahead.pop(); member; member = ahead.pop()) {
      if (explored.has(member.id)) continue;
      explored.add(member.id);
      const { adds, on } = steps.get(member.id) ?? NOWHERE;
      for (const id of adds) chain.add(id);
      ahead.push(...[...on].reverse());
    }
    return [...chain];
  };
  return new Map(sorted.map((member) => [member.id, chainOf(member)]));
};
