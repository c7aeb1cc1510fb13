import type { BackendContext } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import type { JsonObject } from "../../../std/json.ts";
import { cut } from "../../../std/shown.ts";
import { wholeRfc3339 } from "../../../std/time.ts";
import { change } from "../../../storage/change.ts";
import { type Outcome, problemMember } from "./answers.ts";
import { authorizationsOf, authorizationUrl, checkId, processing, replaced, toCheck } from "./authorizations.ts";
import type { Directory } from "./directory.ts";
import { malformed, Problem, problem, statusOf } from "./problems.ts";
import {
  authorizationAddress,
  bodyOf,
  type StoredAccount,
  StoredAuthorization,
  type StoredChallenge,
} from "./records.ts";

/**
 * What an account asks of its authorizations: to see one, to give it up, to have a challenge checked.
 *
 * Security: an account reaches only its own. One challenge of an authorization can be accepted, and accepting it proves
 * nothing.
 */

const NOT_THERE = "failed to load authorization: authorization does not exist";

const oneOf = async (
  id: string,
  account: StoredAccount,
  directory: Directory,
  cx: BackendContext,
): Promise<StoredAuthorization> => {
  const [found] = await authorizationsOf([id], account, directory, cx);
  if (!found) throw malformed(NOT_THERE);
  return found;
};

const shownChallenge = (
  { base }: Directory,
  { id }: StoredAuthorization,
  { kind, token, status, validated, failure }: StoredChallenge,
): JsonObject =>
  defined({
    type: kind,
    url: `${base}challenge/${id}/${kind}`,
    status,
    token,
    validated: validated === 0 ? undefined : wholeRfc3339(validated),
    error: failure && problemMember(failure.type, failure.detail, statusOf(failure.type)),
  });

const shown = (directory: Directory, authorization: StoredAuthorization): Outcome => {
  const { identifier, status, expires, challenges } = authorization;
  return {
    body: defined({
      identifier: { type: identifier.type, value: identifier.proved },
      status,
      wildcard: identifier.wildcard,
      expires: expires === 0 ? undefined : wholeRfc3339(expires),
      challenges: challenges.map((challenge) => shownChallenge(directory, authorization, challenge)),
    }),
    retryAfter: waitFor(authorization),
  };
};

const SOON = 1;
const LATER = 5;

/** Seconds after which a verdict may be there; `undefined`: nothing is being checked. */
const waitFor = (authorization: StoredAuthorization): number | undefined => {
  const challenge = authorization.status === "pending" ? processing(authorization) : undefined;
  if (!challenge) return undefined;
  return challenge.failure ? LATER : SOON;
};

/** What only this account may see. */
export interface Asked {
  readonly id: string;
  readonly account: StoredAccount;
  readonly payload: JsonObject | undefined;
}

const deactivated = (stored: StoredAuthorization): StoredAuthorization => ({
  ...stored,
  status: "deactivated",
  challenges: stored.challenges.map((challenge) => ({ ...challenge, status: "invalid" })),
});

const deactivate = ({ id, account }: Asked, { storage }: BackendContext): Promise<StoredAuthorization> =>
  change<StoredAuthorization>(storage, authorizationAddress(storage, account.id, id), (entry) => {
    if (!entry) throw malformed(NOT_THERE);
    const stored = StoredAuthorization.parse(entry.body);
    if (stored.status !== "pending" && stored.status !== "valid") {
      throw malformed(`unable to deactivate authorization in '${stored.status}' status`);
    }
    const result = deactivated(stored);
    return { op: "put", body: bodyOf(result), clear: entry.clear, result };
  });

/** Shows an authorization, or gives it up. */
export const authorization = async (asked: Asked, directory: Directory, cx: BackendContext): Promise<Outcome> => {
  const { payload = {} } = asked;
  if (Object.keys(payload).length === 0) {
    return shown(directory, await oneOf(asked.id, asked.account, directory, cx));
  }
  if (payload["status"] !== "deactivated") throw problem("malformed", "");
  return shown(directory, await deactivate(asked, cx));
};

const challengeOf = ({ challenges }: StoredAuthorization, kind: string): StoredChallenge => {
  const found = challenges.find((one) => one.kind === kind);
  if (!found) throw malformed(`unknown challenge of type '${cut(kind)}' in authorization`);
  return found;
};

const NOT_TAKEN = "error submitting challenge for validation: the request message was malformed: ";

/** The authorization with the challenge accepted. Throws where another was, or where it is decided. */
const accepted = (stored: StoredAuthorization, kind: string): StoredAuthorization => {
  const { id, status, challenges } = stored;
  const challenge = challengeOf(stored, kind);
  if (status !== "pending") {
    throw new Problem("malformed", `${NOT_TAKEN}cannot accept already validated authorization ${id} (${status})`);
  }
  const other = challenges.find((one) => one.kind !== kind && one.status !== "pending");
  if (other) {
    throw new Problem(
      "malformed",
      `${NOT_TAKEN}only a single challenge within an authorization can be accepted (${other.kind}) in status ${other.status}`,
    );
  }
  return challenge.status === "pending" ? replaced(stored, { ...challenge, status: "processing" }) : stored;
};

const accept = async (
  { id, account }: Asked,
  kind: string,
  directory: Directory,
  cx: BackendContext,
): Promise<void> => {
  const { storage } = cx;
  const stored = await change<StoredAuthorization>(
    storage,
    authorizationAddress(storage, account.id, id),
    (entry) => {
      if (!entry) throw malformed(NOT_THERE);
      const before = StoredAuthorization.parse(entry.body);
      const result = accepted(before, kind);
      return result === before
        ? { op: "leave", result }
        : { op: "put", body: bodyOf(result), clear: entry.clear, result };
    },
    { around: (write) => cx.crash("acme.accept", write) },
  );
  const challenge = challengeOf(stored, kind);
  await cx.crash("acme.ask", () =>
    cx.challenges.ask(checkId(id, challenge.kind), toCheck(stored, challenge, account, directory)),
  );
};

/** Shows a challenge; an empty object says that it is met, and has it checked. */
export const challenge = async (
  asked: Asked,
  kind: string,
  directory: Directory,
  cx: BackendContext,
): Promise<Outcome> => {
  const { payload, id, account } = asked;
  const before = await oneOf(id, account, directory, cx);
  challengeOf(before, kind);
  if (payload && Object.keys(payload).length > 0) throw malformed("unexpected request parameters");
  if (payload) await accept(asked, kind, directory, cx);
  const after = payload ? await oneOf(id, account, directory, cx) : before;
  return {
    body: shownChallenge(directory, after, challengeOf(after, kind)),
    up: authorizationUrl(directory, id),
    retryAfter: waitFor(after),
  };
};
