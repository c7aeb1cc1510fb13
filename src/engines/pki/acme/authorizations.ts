import {
  type BackendContext,
  CHALLENGE_KINDS,
  type Challenge,
  type ChallengeKind,
  type ChallengeState,
} from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import type { JsonObject } from "../../../std/json.ts";
import { uuid } from "../../../std/random.ts";
import { cut } from "../../../std/shown.ts";
import { wholeRfc3339 } from "../../../std/time.ts";
import { change, tryWrite } from "../../../storage/change.ts";
import type { Entry, Write } from "../../../storage/store.ts";
import { type Outcome, problemMember } from "./answers.ts";
import type { Directory } from "./directory.ts";
import { malformed, Problem, problem, statusOf } from "./problems.ts";
import {
  authorizationAddress,
  bodyOf,
  type Identifier,
  type StoredAccount,
  StoredAuthorization,
  type StoredChallenge,
  vanishesAfter,
} from "./records.ts";

/**
 * Authorizations: that an account controls an identifier. A client says which challenge it has met; the network is asked
 * elsewhere (`cx.challenges`), and the verdict is written here when somebody next looks.
 *
 * Security: an authorization is of one account and one order. Only the verdict about the very challenge that was accepted
 * counts, and nothing but a verdict makes an authorization valid. One challenge of an authorization can be accepted.
 */

const TOKEN_BYTES = 21;
/** How long a proof holds, as the reference has it; the order ends earlier. */
const VALID_MS = 15 * 86_400_000;
/** Kept so long after the order's end where nobody tidies. */
export const GRACE_SECONDS = 30 * 86_400;

const kindsFor = ({ type, wildcard }: Identifier): readonly ChallengeKind[] => {
  if (type === "ip") return ["http-01"];
  return wildcard ? ["dns-01"] : CHALLENGE_KINDS;
};

/** A new authorization, and the write that makes it. `endMs`: when its order ends. */
export const newAuthorization = (
  identifier: Identifier,
  account: StoredAccount,
  endMs: number,
  { random, storage }: BackendContext,
): { readonly id: string; readonly write: Write } => {
  const id = uuid(random);
  const stored: StoredAuthorization = {
    id,
    identifier,
    status: "pending",
    expires: 0,
    challenges: kindsFor(identifier).map((kind) => ({
      kind,
      token: Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url"),
      status: "pending",
      validated: 0,
    })),
  };
  const address = authorizationAddress(storage, account.id, id);
  const clear = vanishesAfter(endMs, GRACE_SECONDS);
  return { id, write: { op: "put", address, body: bodyOf(stored), clear, when: "absent" } };
};

interface Found {
  readonly stored: StoredAuthorization;
  readonly entry: Entry;
}

const processing = ({ challenges }: StoredAuthorization): StoredChallenge | undefined =>
  challenges.find(({ status }) => status === "processing");

/** What the network is asked by: the authorization and the kind of challenge. */
const checkId = (authorization: string, kind: ChallengeKind): string => `${authorization}/${kind}`;

const replaced = (stored: StoredAuthorization, challenge: StoredChallenge): StoredAuthorization => ({
  ...stored,
  challenges: stored.challenges.map((one) => (one.kind === challenge.kind ? challenge : one)),
});

/** An authorization with what became of its challenge; the same one where nothing did. */
const settled = (stored: StoredAuthorization, state: ChallengeState | undefined): StoredAuthorization => {
  const challenge = processing(stored);
  if (stored.status !== "pending" || !challenge || !state) return stored;
  if (state.state === "valid") {
    const { kind, token } = challenge;
    const proved = replaced(stored, { kind, token, status: "valid", validated: state.at });
    return { ...proved, status: "valid", expires: state.at + VALID_MS };
  }
  if (state.state === "invalid") {
    const failed = replaced(stored, { ...challenge, status: "invalid", failure: state.failure });
    return { ...failed, status: "invalid" };
  }
  return state.failure ? replaced(stored, { ...challenge, failure: state.failure }) : stored;
};

const toCheck = (
  { identifier }: StoredAuthorization,
  { kind, token }: StoredChallenge,
  account: StoredAccount,
  { config }: Directory,
): Challenge => ({
  kind,
  identifier: identifier.proved,
  token,
  keyAuthorization: `${token}.${account.thumbprint}`,
  resolver: config.dns_resolver,
});

/** Writes what was decided; who is too late finds it written. */
const keep = async ({ stored, entry }: Found, after: StoredAuthorization, cx: BackendContext): Promise<void> => {
  if (after.status === stored.status) return;
  const { address, clear, n } = entry;
  await cx.crash("acme.settle", () =>
    tryWrite(cx.storage, [{ op: "put", address, body: bodyOf(after), clear, when: { n } }]),
  );
};

/** Authorizations as they are now. One that is not there is `undefined`. */
export const authorizationsOf = async (
  ids: readonly string[],
  account: StoredAccount,
  directory: Directory,
  cx: BackendContext,
): Promise<readonly (StoredAuthorization | undefined)[]> => {
  const { storage, challenges } = cx;
  const entries = await storage.getMany(ids.map((id) => authorizationAddress(storage, account.id, id)));
  const found = entries.map((entry) => entry && { stored: StoredAuthorization.parse(entry.body), entry });
  const waiting = found.flatMap((one) => {
    const challenge = one?.stored.status === "pending" ? processing(one.stored) : undefined;
    return one && challenge ? [{ one, challenge, id: checkId(one.stored.id, challenge.kind) }] : [];
  });
  const states = await challenges.look(waiting.map(({ id }) => id));
  const after = new Map<string, StoredAuthorization>();
  for (const [at, { one, challenge, id }] of waiting.entries()) {
    const state = states[at];
    // The process that accepted it ended before it had asked.
    if (!state) await challenges.ask(id, toCheck(one.stored, challenge, account, directory));
    const now = settled(one.stored, state);
    after.set(one.stored.id, now);
    await keep(one, now, cx);
  }
  return found.map((one) => one && (after.get(one.stored.id) ?? one.stored));
};

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

export const authorizationUrl = ({ base }: Directory, id: string): string => `${base}authorization/${id}`;

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
