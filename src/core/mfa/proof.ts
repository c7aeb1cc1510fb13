import { multiError } from "../../framework/index.ts";
import type { Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { EntityView } from "../identity/types.ts";
import { createCodeJudge, type Verdict } from "./codes.ts";
import { mfaIn } from "./configured.ts";
import { WRONG_CODE } from "./credentials.ts";
import type { Enforcement, MfaCredentials, MfaMethod } from "./types.ts";

/**
 * Whether what a caller shows satisfies every enforcement of a login, each by any of its methods.
 *
 * Security: a code that is right is not yet used. It is used by the writes answered here, which belong into the
 * transaction that makes the token: they hold only if nobody used it before. So a code makes one token at most, whatever
 * step dies, and none is lost to a login that failed for another reason.
 */

export type Proof =
  | {
      readonly proven: true;
      /** For the token's transaction. */
      readonly writes: readonly Write[];
      /** Which enforcement is not satisfied after all, if a write of these did not hold: its code was used before. */
      readonly usedBefore: (lost: Write) => Failure | undefined;
    }
  | ({ readonly proven: false } & Failure);

export interface Failure {
  readonly enforcement: string;
  /** For the caller of a validation, in Vault's words. */
  readonly why: string;
}

export interface ProofRequest {
  readonly snapshot: Snapshot;
  readonly enforcements: readonly Enforcement[];
  readonly entity: EntityView;
  readonly shown: MfaCredentials;
}

/** Judges the codes of one request. It may be asked again after a lost race, and then counts no attempt twice. */
export type Judge = (request: ProofRequest) => Promise<Proof>;

type Right = Extract<Verdict, { readonly right: true }>;

const failedFor = ({ methodIds }: Enforcement): string =>
  `login MFA validation failed for methodID: [${methodIds.join(" ")}]`;

const isShown = ({ id, name }: MfaMethod, shown: MfaCredentials): boolean =>
  shown.has(id) || (name !== "" && shown.has(name));

/** The first method of an enforcement whose code is right, or why none is. */
const satisfy = async (
  enforcement: Enforcement,
  methods: readonly MfaMethod[],
  verdictOn: (method: MfaMethod) => Promise<Verdict>,
): Promise<Right | Failure> => {
  const why: string[] = [];
  for (const method of methods) {
    const verdict = await verdictOn(method);
    if (verdict.right) return verdict;
    why.push(verdict.why);
  }
  const failed = failedFor(enforcement);
  return { enforcement: enforcement.name, why: why.length === 0 ? failed : multiError(...why, failed) };
};

const proofOf = (satisfied: readonly (readonly [Enforcement, Right])[]): Proof => {
  const used = new Map<Write, Failure>();
  const forgets = new Set<Write>();
  for (const [enforcement, verdict] of satisfied) {
    const late = { enforcement: enforcement.name, why: multiError(WRONG_CODE, failedFor(enforcement)) };
    for (const spend of verdict.spends) if (!used.has(spend)) used.set(spend, late);
    forgets.add(verdict.forgets);
  }
  return { proven: true, writes: [...used.keys(), ...forgets], usedBefore: (lost) => used.get(lost) };
};

export const createJudge = (core: Core): Judge => {
  const judgeCode = createCodeJudge(core);

  return async ({ snapshot, enforcements, entity, shown }) => {
    const configured = mfaIn(snapshot).methods;
    const verdicts = new Map<string, Promise<Verdict>>();
    /** One code satisfies every enforcement that takes its method. */
    const verdictOn = (method: MfaMethod): Promise<Verdict> => {
      const made = verdicts.get(method.id) ?? judgeCode(method, entity, shown);
      verdicts.set(method.id, made);
      return made;
    };
    const satisfied: (readonly [Enforcement, Right])[] = [];
    for (const enforcement of enforcements) {
      const methods = enforcement.methodIds.flatMap((id) => configured.get(id) ?? []);
      const answer = await satisfy(
        enforcement,
        methods.filter((method) => isShown(method, shown)),
        verdictOn,
      );
      if (!("right" in answer)) return { proven: false, ...answer };
      satisfied.push([enforcement, answer]);
    }
    return proofOf(satisfied);
  };
};
