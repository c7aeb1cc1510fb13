import type { TotpRules } from "../../otp/index.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { DOMAINS, mfaAttemptsAddress, mfaSecretAddress, spentAddress } from "../../storage/keys.ts";
import type { Entry, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import type { EntityView } from "../identity/types.ts";
import { vanishing } from "../leases/expiry.ts";
import { fromSealed } from "../sealed.ts";
import { countAttempt, forgetAttempts } from "./attempts.ts";
import { passcodeIn, WRONG_CODE } from "./credentials.ts";
import type { MfaCredentials, MfaKeyItem, MfaMethod } from "./types.ts";

/**
 * Whether a code is right for an entity's key of one method, and the writes that use it up.
 *
 * Security: a text that cannot be a code is refused before it is counted; every other attempt is counted before it is
 * compared. Every wrong code is one text. Nothing here uses a code: the writes do, in the transaction they are put into.
 */

export type Verdict =
  | { readonly right: true; readonly spends: readonly Write[]; readonly forgets: Write }
  | { readonly right: false; readonly why: string };

const wrong = (why: string): Verdict => ({ right: false, why });

interface MfaSecret {
  readonly id: string;
  readonly rules: TotpRules;
  readonly key: Sensitive<Uint8Array>;
  /** How often codes were tried against it, as read with it. */
  readonly attempts: Entry | "absent";
}

/** Longer than any clock of ours is off. */
const MARGIN = seconds(900);

/** For one request: judged again after a lost race, its attempts are not counted twice. */
export const createCodeJudge = (core: Core) => {
  const counted = new Set<string>();

  const secretOf = async (entity: EntityView, method: MfaMethod): Promise<MfaSecret | undefined> => {
    const id = entity.mfaSecrets[method.key];
    if (id === undefined) return undefined;
    const [entry, attempts = "absent"] = await core.store.get([mfaSecretAddress(id), mfaAttemptsAddress(id)]);
    const key = entry?.secrets?.["key"];
    return entry && key && { id, rules: fromSealed<MfaKeyItem>(entry.body).rules, key, attempts };
  };

  /** One for each step of time that the code belongs to: a code that two steps share is used up with either. */
  const spendsOf = async ({ id, rules }: MfaSecret, steps: readonly number[]): Promise<readonly Write[]> => {
    const names = await core.store.names(DOMAINS.token);
    const nowMs = core.clock.now();
    const ends = plus(epochSeconds(nowMs), seconds(rules.period * (2 * rules.skew + 2) + MARGIN));
    return steps.map((step) => ({
      op: "put",
      address: spentAddress(names.tag(`totp\n${id}\n${step}`)),
      body: { at: nowMs },
      clear: vanishing(ends),
      when: "absent",
    }));
  };

  /** Why there may be no further attempt now; nothing when it was counted. */
  const count = async ({ id, rules, attempts }: MfaSecret, most: number): Promise<string | undefined> => {
    if (counted.has(id)) return undefined;
    const attempt = await countAttempt(core, id, { most, period: rules.period }, attempts);
    if (attempt.allowed) {
      counted.add(id);
      return undefined;
    }
    const said = `maximum TOTP validation attempts ${most + 1} exceeded the allowed attempts ${most}.`;
    return `${said} Please try again in ${attempt.retryAfter} seconds`;
  };

  return async (method: MfaMethod, entity: EntityView, shown: MfaCredentials): Promise<Verdict> => {
    const passcode = passcodeIn(shown.get(method.id) ?? shown.get(method.name) ?? []);
    if ("problem" in passcode) return wrong(passcode.problem);
    const code = passcode.code.reveal();
    const secret = await secretOf(entity, method);
    if (!secret) return wrong(`MFA secret for method name "${method.name}" not present in entity "${entity.id}"`);
    // Loaded by the first code, so that a function whose logins need none starts without it.
    const { isCode, matchingSteps } = await import("../../otp/totp.ts");
    if (!isCode(code, secret.rules)) return wrong(WRONG_CODE);
    const paused = await count(secret, method.maxValidationAttempts);
    if (paused !== undefined) return wrong(paused);
    const steps = matchingSteps(secret.key, secret.rules, code, core.clock.now());
    if (steps.length === 0) return wrong(WRONG_CODE);
    return { right: true, spends: await spendsOf(secret, steps), forgets: forgetAttempts(secret.id) };
  };
};
