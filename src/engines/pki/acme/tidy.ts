import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { change, leave } from "../../../storage/change.ts";
import type { Address, View, Write } from "../../../storage/store.ts";
import type { TidyTask } from "../revoking/tidy/tasks.ts";
import { deleteBinding, listBindings } from "./bindings.ts";
import {
  ACCOUNTS,
  accountAddress,
  accountRecord,
  authorizationAddress,
  bodyOf,
  ORDERS,
  StoredAccount,
  StoredOrder,
  thumbprintAddress,
} from "./records.ts";

/**
 * Removes what ACME no longer needs: orders that are over with their authorizations, bindings that nobody used, and
 * accounts without orders, which are revoked first and removed a buffer later. Every step may be the last one before the
 * process ends; the next run goes on. An order's certificate is tidied with all others, elsewhere.
 */

interface AcmeBuffers {
  /** Seconds after the end of a certificate in which its order is kept. */
  readonly safety: number;
  /** Seconds after which an unused account is revoked, a revoked one is removed, and an unused binding is. */
  readonly account: number;
}

interface Counts {
  accounts: number;
  accountsDeleted: number;
  accountsRevoked: number;
  ordersDeleted: number;
}

/** One run over accounts. */
interface Run {
  readonly buffers: AcmeBuffers;
  /** What had not ended by then is alive, epoch milliseconds. */
  readonly judgedAt: number;
  readonly deadlineMs: number;
  readonly cx: BackendContext;
  readonly counts: Counts;
}

const isOver = ({ notAfter, expires }: StoredOrder, { buffers, judgedAt }: Run): boolean =>
  notAfter === 0 ? expires < judgedAt : notAfter * 1000 + buffers.safety * 1000 < judgedAt;

const endOf = ({ notAfter, expires }: StoredOrder): number => (notAfter === 0 ? expires : notAfter * 1000);

interface Orders {
  readonly none: boolean;
  readonly latestMs: number;
  /** Where to go on, if the time was up; the account is judged by a later run then. */
  readonly next: string | undefined;
}

const PAGE = 100;

/** Removes the orders of an account that are over. Answers whether none is left, and the latest end of all. */
const tidyOrders = async (account: string, from: string | undefined, run: Run): Promise<Orders> => {
  const { cx, counts, deadlineMs } = run;
  const { storage } = cx;
  let [none, latestMs] = [from === undefined, 0];
  let after = from;
  do {
    const page = await storage.items(accountRecord(account), { prefix: ORDERS, after, limit: PAGE });
    for (const { body, address } of page.items) {
      const order = StoredOrder.parse(body);
      latestMs = Math.max(latestMs, endOf(order));
      if (!isOver(order, run)) {
        none = false;
        continue;
      }
      const writes: readonly Write[] = [
        ...order.authorizations.map((id) => ({
          op: "delete" as const,
          address: authorizationAddress(storage, account, id),
          when: "any" as const,
        })),
        { op: "delete", address, when: "any" },
      ];
      await cx.crash("acme.tidy-order", () => storage.write(writes));
      counts.ordersDeleted += 1;
    }
    after = page.next;
    if (after !== undefined && cx.clock.now() >= deadlineMs) return { none: false, latestMs, next: after };
  } while (after !== undefined);
  return { none, latestMs, next: undefined };
};

/**
 * Revokes an account that has long had nothing, or removes one that has long been over. Answers where to go on in its
 * orders; `undefined`: it is done.
 */
const tidyAccount = async (id: string, from: string | undefined, run: Run): Promise<string | undefined> => {
  const { buffers, judgedAt, cx, counts } = run;
  const { storage } = cx;
  const { none, latestMs, next } = await tidyOrders(id, from, run);
  if (!none) return next;
  const address = accountAddress(storage, id);
  const longAgo = (ms: number): boolean => ms + buffers.account * 1000 < judgedAt;
  const done = await change<"removed" | "revoked" | undefined>(
    storage,
    address,
    (entry) => {
      const listing: Write = { op: "delete", address: storage.listing(accountRecord(id)), when: "any" };
      // Its listing entry outlived it.
      if (!entry) return leave(undefined);
      const account = StoredAccount.parse(entry.body);
      if (!longAgo(Math.max(account.created, latestMs))) return leave(undefined);
      if (account.status === "valid") {
        return { op: "put", body: bodyOf({ ...account, status: "revoked", ended: cx.clock.now() }), result: "revoked" };
      }
      if (!longAgo(account.ended)) return leave(undefined);
      const key: Write = { op: "delete", address: thumbprintAddress(storage, account.thumbprint), when: "any" };
      return { op: "delete", also: [listing, key], result: "removed" };
    },
    { around: (write) => cx.crash("acme.tidy-account", write) },
  );
  if (done === "revoked") counts.accountsRevoked += 1;
  if (done === "removed") counts.accountsDeleted += 1;
  return undefined;
};

const tidyBindings = async ({ buffers, judgedAt, cx }: Run): Promise<void> => {
  for (const { id, created } of await listBindings({ after: "", limit: 0 }, cx)) {
    if (created + buffers.account * 1000 < judgedAt) await deleteBinding(id, cx);
  }
};

/** Where a run that was cut off goes on: behind an account in the order of ids, or within the orders of one. */
const Place = z.object({
  after: z.string(),
  within: z.object({ account: z.string(), after: z.string() }).optional(),
});
type Place = z.output<typeof Place>;
const placeAddress = (view: View): Address => view.at("acme/tidy");

const placeOf = async ({ storage }: BackendContext): Promise<Place> => {
  const entry = await storage.get(placeAddress(storage));
  return entry ? Place.parse(entry.body) : { after: "" };
};

const setPlace = async ({ storage }: BackendContext, place: Place | undefined): Promise<void> => {
  const address = placeAddress(storage);
  await storage.write([
    place ? { op: "put", address, body: defined(place), when: "any" } : { op: "delete", address, when: "any" },
  ]);
};

/** Accounts in the order of their ids. Answers where to go on, if the time was up. */
const tidyAccounts = async (run: Run): Promise<Place | undefined> => {
  const { cx, counts, deadlineMs } = run;
  let place = await placeOf(cx);
  const ids = await cx.storage.list(ACCOUNTS, "listing");
  for (const id of ids.filter((one) => one > place.after)) {
    if (cx.clock.now() >= deadlineMs) return place;
    const { after, within } = place;
    const next = await tidyAccount(id, within?.account === id ? within.after : undefined, run);
    if (next !== undefined) return { after, within: { account: id, after: next } };
    counts.accounts += 1;
    place = { after: id };
  }
  return undefined;
};

/** ACME's part of tidying a mount: the accounts with their orders, then the bindings that nobody used. */
export const tidyAcme: TidyTask = async (cx, { options, judgedAt, deadlineMs }) => {
  const buffers = { safety: options.safety_buffer, account: options.acme_account_safety_buffer };
  const counts: Counts = { accounts: 0, accountsDeleted: 0, accountsRevoked: 0, ordersDeleted: 0 };
  const run: Run = { buffers, judgedAt, deadlineMs, cx, counts };
  const place = await tidyAccounts(run);
  if (!place) await tidyBindings(run);
  await setPlace(cx, place);
  return {
    done: place === undefined,
    counts: {
      total_acme_account_count: counts.accounts,
      acme_account_deleted_count: counts.accountsDeleted,
      acme_account_revoked_count: counts.accountsRevoked,
      acme_orders_deleted_count: counts.ordersDeleted,
    },
  };
};
