import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../std/time.ts";
import { Account } from "./account.ts";
import { readBody } from "./bodies.ts";
import { unknownOperation } from "./errors.ts";
import { type DynamoRequestHandler, requestHandlerOf, type WireRequest } from "./request-handler.ts";
import { type Listener, Subscription } from "./subscriptions.ts";
import { answer, failure, operationOf, type WireAnswer } from "./wire.ts";

/**
 * DynamoDB inside this process, for the local server and for tests: dynalite's item semantics, with transactions, time
 * to live, change records and durable atomic writes of our own. Callers are trusted to be who they say; signatures are
 * the local server's matter. It must never run a timer: time passes when the injected clock says so.
 */
export interface EmbeddedDynamo {
  /**
   * One request of the JSON 1.0 protocol, already authenticated by the caller. Accounts see nothing of each other;
   * the region appears in ARNs only. Never rejects: refusals and faults are answers.
   */
  handle(request: WireRequest): Promise<WireAnswer>;
  /**
   * For `new DynamoDBClient({ requestHandler })`. Account: the client's `credentials.accountId`, else `LOCAL_ACCOUNT`.
   */
  readonly requestHandler: DynamoRequestHandler;
  /**
   * Delivers the change records of a table (by name, in every account, or by table ARN) that has a stream, from now on:
   * at most 100 at a time, one batch after the other. A batch the listener rejects is delivered again, before anything
   * later. Answers how to end it.
   */
  subscribe(table: string, listener: Listener): () => void;
  /**
   * Removes every item whose time to live is over and delivers the records; answers how many items. Rejects with the
   * listener's error when one refuses its records. Not to be called from a listener.
   */
  expire(): Promise<number>;
  /** Waits for writes and deliveries in progress, then closes the files. Later requests are answered with 500. */
  close(): Promise<void>;
}

export interface EmbeddedDynamoOptions {
  readonly clock: Clock;
  /** Where data survives a restart: one folder per account below it. Absent: memory. */
  readonly dataDir?: string | undefined;
}

const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const ACCOUNT_ID = /^\d{12}$/;

export const createEmbeddedDynamo = ({ clock, dataDir }: EmbeddedDynamoOptions): EmbeddedDynamo => {
  const accounts = new Map<string, Promise<Account>>();
  const subscriptions = new Set<Subscription>();
  let closed = false;

  const account = (id: string): Promise<Account> => {
    if (closed) throw new Error("the embedded table is closed");
    if (!ACCOUNT_ID.test(id)) throw new Error(`not an account id: ${id}`);
    const known = accounts.get(id);
    if (known !== undefined) return known;
    const opening = openAccount(dataDir === undefined ? undefined : join(dataDir, id), clock, subscriptions);
    accounts.set(id, opening);
    // A folder that another process holds now may be free for the next request.
    opening.catch(() => accounts.delete(id));
    return opening;
  };

  const handle = async ({ target, body, accountId, region }: WireRequest): Promise<WireAnswer> => {
    try {
      if (body.byteLength > MAX_REQUEST_BYTES) return answer(413, {});
      const operation = operationOf(target);
      if (operation === undefined) throw unknownOperation();
      return answer(200, await (await account(accountId)).call(operation, readBody(body), { accountId, region }));
    } catch (error) {
      return failure(error);
    }
  };

  return {
    handle,
    requestHandler: requestHandlerOf(handle),
    subscribe(table, listener) {
      const subscription = new Subscription(table, listener);
      subscriptions.add(subscription);
      return () => {
        subscriptions.delete(subscription);
        void subscription.end();
      };
    },
    async expire() {
      for (const id of await storedAccounts(dataDir)) await account(id);
      const opened = await Promise.all(accounts.values());
      const removed = await Promise.all(opened.map((one) => one.expire()));
      await Promise.all([...subscriptions].map((subscription) => subscription.settle()));
      return removed.reduce((sum, count) => sum + count, 0);
    },
    async close() {
      if (closed) return;
      // Listeners first: what they now have in hand may need the tables.
      await Promise.all([...subscriptions].map((subscription) => subscription.end()));
      closed = true;
      for (const opening of accounts.values()) await (await opening).close();
    },
  };
};

/** Accounts with a folder: their items fall due whether or not anyone has called since the start. */
const storedAccounts = async (dataDir: string | undefined): Promise<readonly string[]> => {
  if (dataDir === undefined) return [];
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  return (await readdir(dataDir)).filter((name) => ACCOUNT_ID.test(name));
};

const openAccount = async (
  path: string | undefined,
  clock: Clock,
  subscriptions: Set<Subscription>,
): Promise<Account> => {
  if (path !== undefined) await mkdir(path, { recursive: true, mode: 0o700 });
  return Account.open({ clock, path, subscriptions });
};
