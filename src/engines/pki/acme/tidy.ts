import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
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
  readonly cx: BackendContext;
  readonly counts: Counts;
}

const isOver = ({ notAfter, expires }: StoredOrder, { buffers, judgedAt }: Run): boolean =>
  notAfter === 0 ? expires < judgedAt : notAfter * 1000 + buffers.safety * 1000 < judgedAt;

const endOf = ({ notAfter, expires }: StoredOrder): number => (notAfter === 0 ? expires : notAfter * 1000);

/** Removes the orders of an account that are over. Answers whether none is left, and the latest end of all. */
const tidyOrders = async (
  account: string,
  run: Run,
): Promise<{ readonly none: boolean; readonly latestMs: number }> => {
  const { cx, counts } = run;
  const { storage } = cx;
  let [none, latestMs] = [true, 0];
  let after: string | undefined;
  do {
    const page = await storage.items(accountRecord(account), { prefix: ORDERS, after });
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
  } while (after !== undefined);
  return { none, latestMs };
};

/** Revokes an account that has long had nothing, or removes one that has long been over. */
const tidyAccount = async (id: string, run: Run): Promise<void> => {
  const { buffers, judgedAt, cx, counts } = run;
  const { storage } = cx;
  const { none, latestMs } = await tidyOrders(id, run);
  if (!none) return;
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
};

const tidyBindings = async ({ buffers, judgedAt, cx }: Run): Promise<void> => {
  for (const { id, created } of await listBindings({ after: "", limit: 0 }, cx)) {
    if (created + buffers.account * 1000 < judgedAt) await deleteBinding(id, cx);
  }
};

/** Where a run that was cut off goes on: behind an account, in the order of ids. */
const Place = z.object({ after: z.string() });
const placeAddress = (view: View): Address => view.at("acme/tidy");

const placeOf = async ({ storage }: BackendContext): Promise<string> => {
  const entry = await storage.get(placeAddress(storage));
  return entry ? Place.parse(entry.body).after : "";
};

const setPlace = async ({ storage }: BackendContext, after: string | undefined): Promise<void> => {
  const address = placeAddress(storage);
  await storage.write([
    after === undefined ? { op: "delete", address, when: "any" } : { op: "put", address, body: { after }, when: "any" },
  ]);
};

/** ACME's part of tidying a mount: accounts in the order of their ids, then the bindings that nobody used. */
export const tidyAcme: TidyTask = async (cx, { options, judgedAt, deadlineMs }) => {
  const buffers = { safety: options.safety_buffer, account: options.acme_account_safety_buffer };
  const counts: Counts = { accounts: 0, accountsDeleted: 0, accountsRevoked: 0, ordersDeleted: 0 };
  const run: Run = { buffers, judgedAt, cx, counts };
  const after = await placeOf(cx);
  let done = true;
  let last = after;
  for (const id of (await cx.storage.list(ACCOUNTS, "listing")).filter((one) => one > after)) {
    done = cx.clock.now() < deadlineMs;
    if (!done) break;
    await tidyAccount(id, run);
    counts.accounts += 1;
    last = id;
  }
  if (done) await tidyBindings(run);
  await setPlace(cx, done ? undefined : last);
  return {
    done,
    counts: {
      total_acme_account_count: counts.accounts,
      acme_account_deleted_count: counts.accountsDeleted,
      acme_account_revoked_count: counts.accountsRevoked,
      acme_orders_deleted_count: counts.ordersDeleted,
    },
  };
};
