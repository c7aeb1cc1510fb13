import type { CrashPoint } from "../../framework/index.ts";
import { workThrough } from "../../std/pool.ts";
import type { Clock } from "../../std/time.ts";
import { epochSeconds } from "../../std/time.ts";
import { change, leave, untilWritten } from "../../storage/change.ts";
import {
  accessorAddress,
  CHILDREN,
  childAddress,
  cubbyholePartition,
  DOMAINS,
  HELD_LEASES,
  tokenAddress,
  tokenPartition,
} from "../../storage/keys.ts";
import type { Entry, Store, Write } from "../../storage/store.ts";
import { ending } from "../leases/expiry.ts";
import type { Leases } from "../leases/types.ts";
import type { LeaseCounts } from "../quotas/types.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { tokenListing } from "./lease-id.ts";
import type { Token } from "./types.ts";

/**
 * How tokens end. First one write that refuses the token and, through the chain, every descendant; then the clean-up:
 * leases, children, cubbyhole, accessor, rows, and last the item itself. A crash anywhere leaves the item in the expiry
 * index, due, and the sweeper continues from there.
 *
 * Security: clean-up may be late, refusal never is.
 */

const PAGE = 50;
/** Children and leases of the token that are ended side by side; of each child half as many, and so on. */
const WIDTH = 8;
/** Leases of an ended token that are revoked before its revocation is answered; the sweeper takes the others. */
const REVOKED_AT_ONCE = 10;
/** The lease itself says what failed, and is tried again. */
const alreadyRecorded = (): undefined => undefined;

export interface EndOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly crash: CrashPoint;
  readonly leaseCounts: LeaseCounts;
  /** Late, because leases need tokens too. */
  readonly leases: () => Leases;
}

export const createEnd = ({ store, clock, crash, leaseCounts, leases }: EndOptions) => {
  /** Marks until the mark holds; answers the token, or nothing when there is none. */
  const mark = (tag: string, marks: Partial<Token>, seen?: Entry): Promise<Token | undefined> =>
    change<Token | undefined>(
      store,
      tokenAddress(tag),
      (entry) => {
        if (!entry) return leave(undefined);
        const token = { ...fromSealed<Token>(entry.body), ...marks };
        const clear = ending(epochSeconds(clock.now()), tag);
        return { op: "put", body: toSealed(token), clear, result: token };
      },
      { seen },
    );

  /** Every row below a prefix, a few side by side; `each` removes what it handled. */
  const drain = async (pk: string, prefix: string, width: number, each: (entry: Entry) => Promise<void>) => {
    await workThrough(store.all({ pk, domain: DOMAINS.token }, { prefix, page: PAGE }), width, each);
  };

  const drop = (entry: Entry): Promise<void> => store.write([{ op: "delete", address: entry.address, when: "any" }]);

  const endLeases = async (tag: string, width: number): Promise<void> => {
    let atOnce = REVOKED_AT_ONCE;
    await drain(tokenPartition(tag), HELD_LEASES, width, async (entry) => {
      const { id } = fromSealed<{ id: string }>(entry.body);
      // Due first, so that the sweeper continues after a failure or a crash, and takes those beyond the limit.
      const now = atOnce-- > 0;
      await leases().expireNow(id);
      if (now) await leases().revoke(id).catch(alreadyRecorded);
      await drop(entry);
    });
  };

  const removeItem = async (token: Token): Promise<void> => {
    const names = await store.names(DOMAINS.token);
    const listing = await tokenListing(store, token);
    const parent = token.ancestors[0];
    const rows: Write[] = [
      // Or a later token that chooses the same id would end with this one's parent.
      ...(parent === undefined
        ? []
        : [{ op: "delete", address: childAddress(parent, token.tag), when: "any" } as const]),
      { op: "delete", address: accessorAddress(names.tag(token.accessor)), when: "any" },
      { op: "delete", address: tokenAddress(token.tag), when: "any" },
    ];
    await untilWritten(async () => store.write([...rows, ...(await leaseCounts.leaving(listing))]));
  };

  /** Cuts the ended token out of the chains of its descendants, so that its tombstone may go. */
  const adopt = async (child: string, ended: string): Promise<void> => {
    await change<void>(store, tokenAddress(child), (entry) => {
      const token = entry && fromSealed<Token>(entry.body);
      const cut = token ? token.ancestors.indexOf(ended) : -1;
      if (!entry || !token || cut < 0) return leave(undefined);
      const body = toSealed({ ...token, ancestors: token.ancestors.slice(0, cut) });
      return { op: "put", body, clear: entry.clear, result: undefined };
    });
    await drain(tokenPartition(child), CHILDREN, 1, (row) => adopt(fromSealed<{ tag: string }>(row.body).tag, ended));
  };

  const cleanUpBeside = async (token: Token, width: number): Promise<void> => {
    const { tag } = token;
    await crash("token.end.leases", () => endLeases(tag, width));
    await crash("token.end.children", () =>
      drain(tokenPartition(tag), CHILDREN, width, async (row) => {
        const child = fromSealed<{ tag: string }>(row.body).tag;
        if (token.tombstone) await adopt(child, tag);
        else await revokeBeside(child, Math.max(1, width / 2));
        await drop(row);
      }),
    );
    await crash("token.end.cubbyhole", () => store.wipe(cubbyholePartition(tag)));
    await crash("token.end.item", () => removeItem(token));
  };

  const revokeBeside = async (tag: string, width: number, seen?: Entry): Promise<void> => {
    const token = await crash("token.end.mark", () => mark(tag, { revoked: true, tombstone: false }, seen));
    if (token) await cleanUpBeside(token, width);
  };

  const cleanUp = (token: Token): Promise<void> => cleanUpBeside(token, WIDTH);
  const revoke = (tag: string, seen?: Entry): Promise<void> => revokeBeside(tag, WIDTH, seen);

  const revokeOrphan = async (tag: string): Promise<void> => {
    const token = await crash("token.end.tombstone", () => mark(tag, { tombstone: true }));
    if (token) await cleanUp(token);
  };

  return { revoke, revokeOrphan, cleanUp };
};
