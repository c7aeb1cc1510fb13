import type { CrashPoint } from "../../framework/index.ts";
import type { Clock } from "../../std/time.ts";
import { epochSeconds } from "../../std/time.ts";
import { accessorAddress, childAddress, cubbyholePartition, tokenAddress, tokenPartition } from "../../storage/keys.ts";
import { ConditionFailed, type Entry, type Store } from "../../storage/store.ts";
import { ending } from "../leases/expiry.ts";
import type { Leases } from "../leases/types.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { tokenListing } from "./lease-id.ts";
import type { Token } from "./types.ts";

/**
 * How tokens end. First one write that refuses the token and, through the chain, every descendant; then the clean-up:
 * leases, children, cubbyhole, accessor, rows, and last the item itself. A crash anywhere leaves the item in the expiry
 * index, due, and the sweeper goes on from there.
 *
 * Security: clean-up may be late, refusal never is.
 */

const PAGE = 50;
/** Leases of an ended token that are revoked before its revocation is answered; the sweeper takes the others. */
const REVOKED_AT_ONCE = 10;
/** The lease itself says what failed, and is tried again. */
const noted = (): undefined => undefined;

export interface EndOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly crash: CrashPoint;
  /** Late, because leases need tokens too. */
  readonly leases: () => Leases;
}

export const createEnd = ({ store, clock, crash, leases }: EndOptions) => {
  const read = async (tag: string): Promise<Entry | undefined> => (await store.get([tokenAddress(tag)]))[0];

  /** Marks until the mark holds; answers the token, or nothing when there is none. */
  const mark = async (tag: string, change: Partial<Token>): Promise<Token | undefined> => {
    for (;;) {
      const entry = await read(tag);
      if (!entry) return undefined;
      const token = { ...fromSealed<Token>(entry.body), ...change };
      const now = epochSeconds(clock.now());
      try {
        await store.write([
          { op: "put", address: entry.address, body: toSealed(token), clear: ending(now, tag), when: { n: entry.n } },
        ]);
        return token;
      } catch (cause) {
        if (!(cause instanceof ConditionFailed)) throw cause;
      }
    }
  };

  /** Rows of a partition, a page at a time, until none is left; `each` removes what it handled. */
  const drain = async (pk: string, prefix: string, each: (entry: Entry) => Promise<void>): Promise<void> => {
    let after: string | undefined;
    do {
      const page = await store.query(pk, "token", { prefix, limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const entry of page.items) await each(entry);
      after = page.next;
    } while (after !== undefined);
  };

  const drop = (entry: Entry): Promise<void> => store.write([{ op: "delete", address: entry.address, when: "any" }]);

  const endLeases = async (tag: string): Promise<void> => {
    let atOnce = REVOKED_AT_ONCE;
    await drain(tokenPartition(tag), "lease#", async (entry) => {
      const { id } = fromSealed<{ id: string }>(entry.body);
      // Due first, so that a failure or a crash from here on is the sweeper's, and what is many too.
      await leases().expireNow(id);
      if (atOnce-- > 0) await leases().revoke(id).catch(noted);
      await drop(entry);
    });
  };

  const removeItem = async (token: Token): Promise<void> => {
    const names = await store.names("token");
    const listing = await tokenListing(store, token);
    const parent = token.ancestors[0];
    await store.write([
      // Or a later token that chooses the same id would end with this one's parent.
      ...(parent === undefined
        ? []
        : [{ op: "delete", address: childAddress(parent, token.tag), when: "any" } as const]),
      { op: "delete", address: accessorAddress(names.tag(token.accessor)), when: "any" },
      { op: "delete", address: listing, when: "any" },
      { op: "delete", address: tokenAddress(token.tag), when: "any" },
    ]);
  };

  /** Cuts the chain of everything below an orphan-making tombstone, so that the tombstone may go. */
  const adopt = async (child: string, ended: string): Promise<void> => {
    for (;;) {
      const entry = await read(child);
      if (!entry) break;
      const token = fromSealed<Token>(entry.body);
      const cut = token.ancestors.indexOf(ended);
      if (cut < 0) break;
      const body = toSealed({ ...token, ancestors: token.ancestors.slice(0, cut) });
      try {
        await store.write([{ op: "put", address: entry.address, body, clear: entry.clear, when: { n: entry.n } }]);
        break;
      } catch (cause) {
        if (!(cause instanceof ConditionFailed)) throw cause;
      }
    }
    await drain(tokenPartition(child), "child#", (row) => adopt(fromSealed<{ tag: string }>(row.body).tag, ended));
  };

  const cleanUp = async (token: Token): Promise<void> => {
    const { tag } = token;
    await crash("token.end.leases", () => endLeases(tag));
    await crash("token.end.children", () =>
      drain(tokenPartition(tag), "child#", async (row) => {
        const child = fromSealed<{ tag: string }>(row.body).tag;
        if (token.tombstone) await adopt(child, tag);
        else await revoke(child);
        await drop(row);
      }),
    );
    await crash("token.end.cubbyhole", () => store.wipe(cubbyholePartition(tag)));
    await crash("token.end.item", () => removeItem(token));
  };

  const revoke = async (tag: string): Promise<void> => {
    const token = await crash("token.end.mark", () => mark(tag, { revoked: true, tombstone: false }));
    if (token) await cleanUp(token);
  };

  const revokeOrphan = async (tag: string): Promise<void> => {
    const token = await crash("token.end.tombstone", () => mark(tag, { tombstone: true }));
    if (token) await cleanUp(token);
  };

  return { revoke, revokeOrphan, cleanUp };
};
