import type { Challenge, ChallengeState, Challenges } from "../../framework/challenges.ts";
import type { MountId } from "../../std/brand.ts";
import type { Clock } from "../../std/time.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import type { Store } from "../../storage/store.ts";
import { vanishing } from "../leases/expiry.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { addressesOf, CHALLENGE_DOMAIN, type OpenChallenge, type Verdict } from "./records.ts";

/**
 * What backends may do with challenges: ask for a check, and look at what became of it. It trusts the verdicts of
 * whoever checks, who alone may write them besides the functions that ask; it must never answer for an id that another
 * mount asked about.
 */

/** An open challenge that nobody decides is forgotten after this. */
const OPEN = seconds(86_400);

export interface ChallengesOptions {
  readonly store: Pick<Store, "get" | "write" | "names">;
  readonly clock: Clock;
}

/** Ids are bound to their mount. */
const tagsOf = async (store: Pick<Store, "names">, mount: MountId, ids: readonly string[]): Promise<string[]> => {
  const names = await store.names(CHALLENGE_DOMAIN);
  return ids.map((id) => names.tag(`${mount}/${id}`));
};

const stateOf = (open: OpenChallenge | undefined, verdict: Verdict | undefined): ChallengeState | undefined =>
  verdict ?? (open && { state: "open", failure: open.failure });

export const createChallenges = ({ store, clock }: ChallengesOptions) => {
  const begun = (challenge: Challenge): OpenChallenge => ({
    challenge,
    failures: 0,
    dueMs: clock.now(),
    claimedUntilMs: 0,
  });

  const look = async (tags: readonly string[]): Promise<readonly (ChallengeState | undefined)[]> => {
    const addresses = tags.map(addressesOf);
    const entries = await store.get(addresses.flatMap(({ open, verdict }) => [open, verdict]));
    return tags.map((_, at) => {
      const [open, verdict] = [entries[2 * at], entries[2 * at + 1]];
      return stateOf(open && fromSealed<OpenChallenge>(open.body), verdict && fromSealed<Verdict>(verdict.body));
    });
  };

  /** The part of one mount. */
  return (mount: MountId): Challenges => ({
    ask: async (id, challenge) => {
      const [tag = ""] = await tagsOf(store, mount, [id]);
      const { open, verdict } = addressesOf(tag);
      const clear = vanishing(plus(epochSeconds(clock.now()), OPEN));
      // Where it fails, somebody has asked already.
      await tryWrite(store, [
        { op: "check", address: verdict, when: "absent" },
        { op: "put", address: open, body: toSealed(begun(challenge)), clear, when: "absent" },
      ]);
    },
    look: async (ids) => (ids.length === 0 ? [] : look(await tagsOf(store, mount, ids))),
  });
};
