import {
  type BatchGetItemCommandInput,
  type BatchGetItemOutput,
  DynamoDBClient,
  type DynamoDBClientConfig,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDb } from "../../src/aws-clients/dynamodb.ts";
import { dynamoDbLike } from "../../src/aws-clients/stock.ts";
import { createEmbeddedDynamo, type EmbeddedDynamo } from "../../src/local/dynamodb/index.ts";
import { type RandomSource, systemRandom } from "../../src/std/random.ts";
import type { Clock } from "../../src/std/time.ts";
import {
  createStore,
  type Domain,
  defineTable,
  type SealedStore,
  type StoreEvent,
  type StoreOptions,
} from "../../src/storage/index.ts";
import { createFakeKms, type FakeKms } from "./kms.ts";

/** A store over an embedded table and a fake KMS, with the ways a test looks and reaches behind it. */

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export const createTestClock = (start = Date.UTC(2026, 0, 1)): TestClock => {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
};

export interface Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface TestTable {
  /** The product's. */
  readonly dynamodb: DynamoDb;
  /** A stock one, by which a test looks and reaches behind the product. Its calls are not among `calls`. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly calls: Call[];
  /**
   * A batch read is not one moment: of one for which this answers, the key of that number is read after `between`, the
   * others before. Asked of reads with more than one key.
   */
  split: (call: Call) => { readonly late: number; readonly between: () => Promise<void> } | undefined;
  /** Runs before a call; what it throws is what the caller gets, without the call. */
  before: (call: Call) => void | Promise<void>;
  /** Runs after a call took effect, with its answer. */
  after: (call: Call, answer: unknown) => void;
}

/** What a batch read asks of a table. */
const askedOf = ({ operation, input }: Call, tableName: string) => {
  if (operation !== "BatchGetItem") return undefined;
  return (input["RequestItems"] as BatchGetItemCommandInput["RequestItems"])?.[tableName];
};

/** How many keys a call reads in one batch. */
export const keysRead = (call: Call, tableName: string): number => askedOf(call, tableName)?.Keys?.length ?? 0;

/** Makes the call, in two where it is to be split. */
const inOneOrTwo = async <Answer extends { output: object }>(
  table: TestTable,
  call: Call,
  next: (input: object) => Promise<Answer>,
): Promise<Answer> => {
  const { tableName } = table;
  const asked = askedOf(call, tableName);
  const keys = asked?.Keys ?? [];
  const split = keys.length > 1 ? table.split(call) : undefined;
  if (!split) return next({});
  const read = (some: readonly unknown[]) => next({ RequestItems: { [tableName]: { ...asked, Keys: some } } });
  const early = await read(keys.filter((_, index) => index !== split.late));
  await split.between();
  const late = await read(keys.filter((_, index) => index === split.late));
  const items = [early, late].flatMap(({ output }) => (output as BatchGetItemOutput).Responses?.[tableName] ?? []);
  return { ...late, output: { ...late.output, Responses: { [tableName]: items } } };
};

/** A client for the product like the one given. Records its calls, and lets a test throw before or after them. */
export const observe = (client: DynamoDBClient, tableName: string): TestTable => {
  const dynamodb = dynamoDbLike(client);
  const nothing = () => undefined;
  const table: TestTable = { dynamodb, client, tableName, calls: [], split: nothing, before: nothing, after: nothing };
  dynamodb.middlewareStack.add(
    (next, context) => async (args) => {
      const call: Call = { operation: String(context["commandName"]).replace("Command", ""), input: { ...args.input } };
      table.calls.push(call);
      await table.before(call);
      const answer = await inOneOrTwo(table, call, (input) => next({ ...args, input: { ...args.input, ...input } }));
      table.after(call, answer.output);
      return answer;
    },
    { step: "initialize", name: "observe" },
  );
  return table;
};

/**
 * A client of an embedded table. It leaves out what the table does not look at and what takes two thirds of a call's
 * time: the signature, the user agent and the SDK's log.
 */
export const embeddedClient = ({ requestHandler }: EmbeddedDynamo, options: DynamoDBClientConfig = {}) => {
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test" },
    signer: { sign: async (request) => request },
    requestHandler,
    ...options,
  });
  for (const name of ["loggerMiddleware", "getUserAgentMiddleware"]) client.middlewareStack.remove(name);
  return client;
};

export const createTestTable = async (clock: Clock, tableName = "zeroth-test"): Promise<TestTable> => {
  const client = embeddedClient(createEmbeddedDynamo({ clock }), { maxAttempts: 1 });
  await defineTable(client, tableName);
  return observe(client, tableName);
};

export interface TestStore {
  readonly store: SealedStore;
  readonly table: TestTable;
  readonly kms: FakeKms;
  readonly clock: TestClock;
  readonly events: StoreEvent[];
  readonly sleeps: number[];
  /** Another environment on the same table and key. */
  another(options?: Partial<StoreOptions>): SealedStore;
}

/**
 * A store whose domains get their keys when a test first names them; in the product, initialization and mounting do.
 */
const withKeys = (store: SealedStore, made: Map<string, Promise<void>>): SealedStore => {
  const ready = (...domains: readonly Domain[]): Promise<unknown> =>
    Promise.all(
      domains.map((domain) => {
        const known = made.get(domain) ?? store.makeKeys(domain);
        made.set(domain, known);
        known.catch(() => made.delete(domain));
        return known;
      }),
    );
  const first =
    <A extends readonly unknown[], T>(use: (domain: Domain, ...rest: A) => Promise<T>) =>
    async (domain: Domain, ...rest: A): Promise<T> => {
      await ready(domain);
      return use(domain, ...rest);
    };
  return {
    ...store,
    names: first(store.names),
    sealText: first(store.sealText),
    openText: first(store.openText),
    rotate: first(store.rotate),
    view: async (mount) => {
      await ready(mount);
      return store.view(mount);
    },
    write: async (writes) => {
      await ready(...new Set(writes.map(({ address }) => address.domain)));
      return store.write(writes);
    },
  };
};

export const createTestStore = async (
  given: { readonly table?: TestTable; readonly random?: RandomSource } & Partial<StoreOptions> = {},
): Promise<TestStore> => {
  const { table: givenTable, random = systemRandom, ...options } = given;
  const clock = createTestClock();
  const kms = createFakeKms();
  const table = givenTable ?? (await createTestTable(clock));
  const events: StoreEvent[] = [];
  const sleeps: number[] = [];
  const made = new Map<string, Promise<void>>();
  const open = (more: Partial<StoreOptions>): SealedStore =>
    createStore({
      dynamodb: table.dynamodb,
      kms: kms.client,
      tableName: table.tableName,
      keyId: kms.keyId,
      clock,
      random,
      sleep: async (ms) => {
        sleeps.push(ms);
        clock.advance(ms);
      },
      observe: (event) => events.push(event),
      ...options,
      ...more,
    });
  const another = (more: Partial<StoreOptions> = {}): SealedStore => withKeys(open(more), made);
  return { store: another(), table, kms, clock, events, sleeps, another };
};
