import type { Address } from "../../storage/store.ts";
import { sealedError } from "../config/config.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { Decoded } from "./decoded.ts";
import { createReads, type Reads } from "./reads.ts";
import { isPayload, type Place, place } from "./route.ts";
import { type Fetched, stamp } from "./stage.ts";

/**
 * Routing and the one batch read of a warm request: the epoch, the token with its chain and entity as last seen here,
 * and what the path's operation wants read in the same batch.
 *
 * Security: what the backend asked for is only looked at by its handler, and that runs only when the request is
 * allowed.
 */

const wanted = async (core: Core, decoded: Decoded, found: Place | undefined): Promise<readonly Address[]> => {
  const { match } = found ?? {};
  if (!found || !match) return [];
  const { ops } = match.path;
  const op = decoded.verb === "update" ? (ops.update ?? ops.create) : ops[decoded.verb as keyof typeof ops];
  if (!op?.prefetch) return [];
  const view = await core.store.view(found.mount.info.id);
  const addresses = op.prefetch({ params: match.params, data: decoded.data }, view);
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

export const fetch = async (core: Core, sent: Decoded): Promise<Fetched> => {
  const reads = createReads(core.store);
  let snapshot: Snapshot = await core.config.snapshot();
  let found = await place(core, snapshot, sent);
  const needed = !found?.open || found.match?.path.looksAtToken;
  const token = sent.token && needed && snapshot.mounts.size > 0 ? await core.tokens.prefetch(sent.token) : [];
  await reads.prefetch([core.config.epochAddress, ...token, ...(await wanted(core, sent, found))]);
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
