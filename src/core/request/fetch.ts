import type { Address } from "../../storage/store.ts";
import { sealedError } from "../config/config.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { sentBy } from "./context.ts";
import type { Decoded } from "./decoded.ts";
import { expectLoginKeys } from "./login-keys.ts";
import { createReads, type Reads } from "./reads.ts";
import { newerThan } from "./removed.ts";
import { isPayload, type Place, place } from "./route.ts";
import { type Fetched, stamp } from "./stage.ts";

/**
 * Routing and the one batch read of a warm request: the epoch, the token with its chain and entity as last seen here,
 * and what the path's operation wants read in the same batch; of a login, the count of its failures and its alias. Where
 * the keys of a mount are not at hand yet, two batches side by side.
 *
 * Security: what the backend asked for is only looked at by its handler, and that runs only when the request is
 * allowed. Where it does not open, the handler fails.
 */

const wanted = async (core: Core, decoded: Decoded, found: Place | undefined): Promise<readonly Address[]> => {
  const { match } = found ?? {};
  if (!found || !match) return [];
  const { ops } = match.path;
  const op = decoded.verb === "update" ? (ops.update ?? ops.create) : ops[decoded.verb as keyof typeof ops];
  if (!op?.prefetch) return [];
  const view = await core.store.view(found.mount.info.id);
  const addresses = await op.prefetch(
    sentBy(decoded.token, { params: match.params, data: decoded.data }),
    view,
    core.caches.of(found.mount.info.id),
  );
  return op.mayBeRecent ? addresses.map((address) => ({ ...address, mayBeRecent: true })) : addresses;
};

/** The request as everything behind routing sees it. */
const canonical = (sent: Decoded, found: Place | undefined): Decoded =>
  found === undefined || found.canonical.path === sent.path
    ? sent
    : { ...sent, path: found.canonical.path, sentPath: sent.path };

/** The role that a login will use, as its backend says. The look takes nothing away from the login's own reads. */
const roleMeant = async (
  core: Core,
  decoded: Decoded,
  reads: Reads,
  found: Place | undefined,
): Promise<string | undefined> => {
  if (!found?.backend.roleOf) return undefined;
  const view = reads.looking(await core.store.view(found.mount.info.id));
  return found.backend.roleOf(found.below, decoded.data, view);
};

const isLogin = (found: Place | undefined): found is Place => found?.open === true && found.mount.kind === "auth";

interface ReadsOfLogin {
  readonly counter: readonly Address[];
  readonly alias: readonly Address[];
}

/** What core itself reads of a login that says whose it is: the count of its failures, and its alias. */
const readsOfLogin = async (core: Core, decoded: Decoded, found: Place | undefined): Promise<ReadsOfLogin> => {
  const name = isLogin(found) ? found.backend.lockoutName?.(found.below, decoded.data) : undefined;
  if (!found || name === undefined) return { counter: [], alias: [] };
  // The alias is mostly of the same name; where it is not, nobody asks for what was read.
  const [counter, alias] = await Promise.all([
    core.lockout.prefetch(found.mount, name),
    core.identity.prefetch(found.mount, name),
  ]);
  return { counter, alias };
};

/** One batch. While the mount's keys are still on their way the token does not wait for them, nor its ties. */
const readAhead = async (
  core: Core,
  reads: Reads,
  found: Place | undefined,
  ofToken: () => Promise<readonly Address[]>,
  ofMount: () => Promise<readonly Address[]>,
  login: Promise<ReadsOfLogin>,
): Promise<void> => {
  const { epochAddress } = core.config;
  if (found === undefined || core.store.expect("names", found.mount.info.id)) {
    const [token, own, { counter, alias }] = await Promise.all([ofToken(), ofMount(), login]);
    await reads.prefetch([epochAddress, ...token, ...counter, ...alias], own);
    return;
  }
  const readToken = async (): Promise<void> => {
    const [[token, ...more], { counter, alias }] = await Promise.all([ofToken(), login]);
    await reads.prefetch([epochAddress, ...(token ? [token] : []), ...more, ...counter, ...alias]);
    const entry = token && reads.peek(token);
    if (entry && more.length === 0) await reads.prefetch(await core.tokens.prefetchTies(entry));
  };
  const readOwn = async (): Promise<void> => reads.prefetch([], await ofMount());
  await Promise.all([readToken(), readOwn()]);
};

/** Routes by what is known of the configuration, and reads ahead. */
const begin = async (core: Core, sent: Decoded, snapshot: Snapshot) => {
  const reads = createReads(core.store);
  const found = await place(core, snapshot, sent);
  const needed = !found?.open || found.match?.path.looksAtToken;
  const initialized = snapshot.mounts.size > 0;
  // Without a token nothing will be allowed but what is open, so nothing is read for it.
  const mayHandle = sent.token !== undefined || found?.open === true;
  if (initialized && isLogin(found)) expectLoginKeys(core);
  const login = readsOfLogin(core, sent, initialized ? found : undefined);
  await readAhead(
    core,
    reads,
    initialized ? found : undefined,
    async () => (sent.token && needed && initialized ? core.tokens.prefetch(sent.token) : []),
    async () => (mayHandle ? wanted(core, sent, found) : []),
    login,
  );
  // Who it is then comes with what the handler reads next.
  for (const row of (await login).alias) reads.along(core.identity.prefetchTies(reads.peek(row)));
  return { reads, found };
};

/** Begins again, by the configuration as it is now, where what was known of it led to keys that are gone. */
const beginNow = async (core: Core, sent: Decoded, snapshot: Snapshot): ReturnType<typeof begin> => {
  try {
    return await begin(core, sent, snapshot);
  } catch (cause) {
    return beginNow(core, sent, await newerThan(core, snapshot, cause));
  }
};

export const fetch = async (core: Core, sent: Decoded): Promise<Fetched> => {
  let snapshot: Snapshot = await core.config.snapshot();
  const begun = await beginNow(core, sent, snapshot);
  const { reads } = begun;
  let { found } = begun;
  const [epoch] = await reads.get([core.config.epochAddress]);
  const fresh = await core.config.fresh(epoch);
  if (fresh !== snapshot) {
    snapshot = fresh;
    found = await place(core, snapshot, sent);
  }
  if (snapshot.sealed && !found?.match?.path.alwaysAnswers) throw sealedError();
  const decoded = canonical(sent, found);
  const limited = { decoded, mount: found?.mount, payload: isPayload(found) };
  await core.quotas.limit(limited, snapshot, () => roleMeant(core, decoded, reads, found));
  return stamp<Fetched>({
    decoded,
    snapshot,
    reads,
    mount: found?.mount,
    backend: found?.backend,
    below: found?.below ?? "",
    folding: found?.canonical.folding,
    match: found?.match,
    open: found?.open ?? false,
  });
};
