import type { DynamoDb } from "../../src/aws-clients/dynamodb.ts";
import type { Kms } from "../../src/aws-clients/kms.ts";

/**
 * Counts rounds: calls that wait for those before them. Every call is held where it leaves the SDK's client until
 * nothing else can run, then all that are held go together. So the count depends on what waits for what, and on no
 * clock and no machine.
 */

/** One call: the service, its operation, and what of the table or which key it is about. */
export type RoundCall = string;
/** The calls that left together. */
export type Round = readonly RoundCall[];

export interface Rounds {
  /** Counts the calls of these clients, which have not made any yet. */
  watch(dynamodb: DynamoDb, kms: Kms): void;
  /**
   * The rounds that `work` makes. Whatever else these clients do meanwhile counts too, save what `before` does: it is
   * called before each round, with its number from 1, while everything else stands still.
   */
  of(work: () => Promise<unknown>, before?: (round: number) => Promise<unknown>): Promise<readonly Round[]>;
}

/** Turns of the event loop without a new call after which nothing more comes by itself. */
const QUIET_TURNS = 32;

/**
 * One turn. Whoever imports a module at this moment, loaded already though it is, has it afterwards: imports are answered
 * in the order in which they are asked for.
 */
const turn = async (): Promise<void> => {
  await import("./samples.ts");
  await new Promise((resolve) => setImmediate(resolve));
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((found, name) => (isObject(found) ? found[name] : undefined), value);

/** Random parts of keys do not matter here, and make lines long. */
const short = (pk: unknown): string =>
  String(pk)
    .replace(/^([a-z]+)#.*#/, "$1#")
    .slice(0, 24);

const placesOf = (input: unknown): readonly string[] => {
  const tables = Object.values(isObject(input) && isObject(input["RequestItems"]) ? input["RequestItems"] : {});
  const keys = tables.flatMap((table) => {
    const found = member(table, "Keys");
    return Array.isArray(found) ? found : [];
  });
  const members = member(input, "TransactItems");
  const written = Array.isArray(members) ? members.flatMap((one) => (isObject(one) ? Object.values(one) : [])) : [];
  const single = [
    member(input, "Key", "pk", "S"),
    member(input, "Item", "pk", "S"),
    member(input, "ExpressionAttributeValues", ":pk", "S"),
    member(input, "EncryptionContext", "domain") &&
      `${member(input, "EncryptionContext", "domain")} ${member(input, "EncryptionContext", "key")}`,
  ];
  const several = [
    ...keys.map((key) => member(key, "pk", "S")),
    ...written.map((one) => member(one, "Item", "pk", "S") ?? member(one, "Key", "pk", "S")),
  ];
  return [...single, ...several].filter((place) => place !== undefined).map(short);
};

export const createRounds = (): Rounds => {
  let held: { readonly call: RoundCall; readonly go: () => void }[] | undefined;
  let flying = 0;
  let changes = 0;

  const around = async <T>(name: unknown, input: unknown, send: () => Promise<T>): Promise<T> => {
    const waiting = held;
    if (waiting) {
      changes += 1;
      const call = `${String(name).replace("Command", "")} ${placesOf(input).join(", ")}`;
      await new Promise<void>((go) => waiting.push({ call, go }));
    }
    flying += 1;
    try {
      return await send();
    } finally {
      flying -= 1;
      changes += 1;
    }
  };

  /** Waits until nothing has happened for a while and no call is on its way. */
  const quiet = async (): Promise<void> => {
    for (let turns = 0, seen = changes; turns < QUIET_TURNS || flying > 0; turns += 1) {
      await turn();
      if (seen === changes) continue;
      seen = changes;
      turns = 0;
    }
  };

  return {
    watch: (dynamodb, kms) => {
      const options = { step: "initialize", name: "rounds" } as const;
      dynamodb.middlewareStack.add(
        (next, { commandName }) =>
          (args) =>
            around(commandName, args.input, () => next(args)),
        options,
      );
      kms.middlewareStack.add(
        (next, { commandName }) =>
          (args) =>
            around(commandName, args.input, () => next(args)),
        options,
      );
    },
    of: async (work, before) => {
      const rounds: Round[] = [];
      const waiting: NonNullable<typeof held> = [];
      held = waiting;
      let over = false;
      const done = work().finally(() => {
        over = true;
      });
      done.catch(() => undefined);
      for (;;) {
        await quiet();
        const leaving = waiting.splice(0);
        if (leaving.length === 0 && over) break;
        if (leaving.length === 0) continue;
        held = undefined;
        await before?.(rounds.length + 1);
        held = waiting;
        rounds.push(leaving.map(({ call }) => call));
        for (const { go } of leaving) go();
      }
      held = undefined;
      await done;
      return rounds;
    },
  };
};
