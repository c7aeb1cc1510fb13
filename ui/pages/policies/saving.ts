import type { Policy } from "../../../src/policy/index.ts";
import { type Failure, get, post } from "../../client/api.ts";
import type { Session } from "../../client/session.ts";
import { tryDraft } from "../../policy/trial.ts";
import { type SavedPolicy, savedPolicy } from "./saved.ts";
import { readTexts } from "./use-texts.ts";

/** Saving overwrites nobody: the server compares versions, and a policy that has none yet is read again before. */

export type Saving =
  | { readonly is: "saved"; readonly saved: SavedPolicy }
  /** What somebody else saved meanwhile; `undefined`: they deleted it. */
  | { readonly is: "conflict"; readonly theirs: SavedPolicy | undefined }
  | { readonly is: "taken" };

const currentOf = async (name: string): Promise<SavedPolicy | undefined | Failure> => {
  const answer = await get(`sys/policies/acl/${name}`);
  if (answer.ok) return savedPolicy(answer);
  return answer.kind === "not-found" ? undefined : answer;
};

const isFailure = (one: SavedPolicy | undefined | Failure): one is Failure => one !== undefined && "kind" in one;

/** The version of a policy that must not be there yet. */
const NEW = -1;

/** What stands in the way of writing over `base`; `undefined`: nothing. */
const obstacle = (base: SavedPolicy | undefined, current: SavedPolicy | undefined): Saving | undefined => {
  if (!base) return current && { is: "taken" };
  const same = current?.version === base.version && current.text === base.text;
  return same ? undefined : { is: "conflict", theirs: current };
};

const written = async (name: string, text: string): Promise<Saving> => {
  const now = await currentOf(name);
  return { is: "saved", saved: now && !isFailure(now) ? now : { name, text, version: 0 } };
};

const refused = async (name: string, failure: Failure): Promise<Saving | Failure> => {
  if (!failure.errors.some((text) => text.includes("check-and-set"))) return failure;
  const theirs = await currentOf(name);
  return isFailure(theirs) ? failure : { is: "conflict", theirs };
};

/** `base`: what the text was written over; `undefined`: a new policy. */
export const savePolicy = async (
  name: string,
  text: string,
  base: SavedPolicy | undefined,
): Promise<Saving | Failure> => {
  const before = await currentOf(name);
  // Who may write and not read saves without looking: the server's own check remains.
  if (isFailure(before) && before.kind !== "denied") return before;
  const inTheWay = isFailure(before) ? undefined : obstacle(base, before);
  if (inTheWay) return inTheWay;
  const answer = await post(`sys/policies/acl/${name}`, { policy: text, cas: base ? base.version : NEW });
  return answer.ok ? written(name, text) : refused(name, answer);
};

/**
 * Whether a save takes the writer's own right to write the policy, as far as the writer's policies can be read. A writer
 * who could not be judged is not warned.
 */
export const takesOwnRight = async (policy: Policy, { who }: Pick<Session, "who">): Promise<boolean> => {
  if (who.root || !who.policies.includes(policy.name)) return false;
  const { texts } = await readTexts(who.policies.filter((name) => name !== policy.name));
  const request = { path: `sys/policies/acl/${policy.name}`, operation: "update", sudoPath: false } as const;
  return !tryDraft(policy, texts, request).with.decision.allowed;
};
