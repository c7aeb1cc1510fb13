import {
  type BackendContext,
  CHALLENGE_KINDS,
  type Challenge,
  type ChallengeKind,
  type ChallengeState,
} from "../../../framework/index.ts";
import { uuid } from "../../../std/random.ts";
import { tryWrite } from "../../../storage/change.ts";
import type { Entry, Write } from "../../../storage/store.ts";
import type { Directory } from "./directory.ts";
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
 * counts, and nothing but a verdict makes an authorization valid.
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

export const processing = ({ challenges }: StoredAuthorization): StoredChallenge | undefined =>
  challenges.find(({ status }) => status === "processing");

/** What the network is asked by: the authorization and the kind of challenge. */
export const checkId = (authorization: string, kind: ChallengeKind): string => `${authorization}/${kind}`;

export const replaced = (stored: StoredAuthorization, challenge: StoredChallenge): StoredAuthorization => ({
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

export const toCheck = (
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

export const authorizationUrl = ({ base }: Directory, id: string): string => `${base}authorization/${id}`;
