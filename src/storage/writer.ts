import { ATTRIBUTES, PARTITION_KEY } from "../contract/table.ts";
import type { Lost } from "./dynamodb-errors.ts";
import { broken, tooLarge, translateCrypto } from "./errors.ts";
import { type Head, headOf, keysOfParts, type SealedEntry } from "./item.ts";
import { MAX_MEMBERS } from "./limits.ts";
import { type Guard, type Item, keyText, type Operation } from "./operation.ts";
import type { MakePatience } from "./patience.ts";
import type { Sealer } from "./sealer.ts";
import { type Claim, type Condition, ConditionFailed, type Write } from "./store.ts";
import type { Table } from "./table.ts";

/**
 * Turns a list of writes into one conditional write or one transaction.
 *
 * An entry that is replaced or deleted may be spread over several items, and its further parts must go in the same
 * transaction. Asking first would cost every write a read, so a write assumes that what it meets is not spread and says
 * so in its condition; only when that fails does it look, and write again with the old parts deleted.
 */

interface Step {
  readonly write: Write;
  readonly sealed: SealedEntry | undefined;
  /** The spread entry found in the way, to be removed with its parts. */
  readonly old: Head | undefined;
}

const join = (guards: readonly Guard[]): Guard => {
  const values = guards.flatMap((guard) => Object.entries(guard.values ?? {}));
  return {
    expression: guards.map(({ expression }) => expression).join(" AND "),
    attributes: [...new Set(guards.flatMap(({ attributes }) => attributes))],
    // DynamoDB refuses a list of values that is empty.
    values: values.length > 0 ? Object.fromEntries(values) : undefined,
  };
};

const isAt = (n: number, name: string): Guard => ({
  expression: `#${ATTRIBUTES.writeNumber} = ${name}`,
  attributes: [ATTRIBUTES.writeNumber],
  values: { [name]: { N: String(n) } },
});

const ABSENT: Guard = { expression: `attribute_not_exists(#${PARTITION_KEY})`, attributes: [PARTITION_KEY] };
const PRESENT: Guard = { expression: `attribute_exists(#${PARTITION_KEY})`, attributes: [PARTITION_KEY] };
const NOT_SPREAD: Guard = { expression: `attribute_not_exists(#${ATTRIBUTES.parts})`, attributes: [ATTRIBUTES.parts] };

/** That a condition holds, and that what it meets is not spread. */
const ALONE = {
  any: NOT_SPREAD,
  absent: join([ABSENT, NOT_SPREAD]),
  present: join([PRESENT, NOT_SPREAD]),
} as const satisfies { readonly [name in Extract<Condition, string>]: Guard };

const guardsOf = (condition: Condition): readonly Guard[] => {
  if (condition === "any") return [];
  if (condition === "absent") return [ABSENT];
  if (condition === "present") return [PRESENT];
  return [isAt(condition.n, ":n")];
};

const guardOf = (condition: Condition, old: Head | undefined): Guard => {
  if (old === undefined && typeof condition === "string") return ALONE[condition];
  return join([...guardsOf(condition), old === undefined ? NOT_SPREAD : isAt(old.n, ":old")]);
};

const CLAIMABLE: Guard = {
  expression: `attribute_not_exists(#${PARTITION_KEY}) OR #${ATTRIBUTES.openUntil} > :at`,
  attributes: [PARTITION_KEY, ATTRIBUTES.openUntil],
};
const claimable = ({ at }: Claim): Guard => ({ ...CLAIMABLE, values: { ":at": { N: String(at) } } });

const holdsFor = (write: Write, head: Head | undefined): boolean =>
  write.op === "claim" ? head === undefined || (head.clear.openUntil ?? 0) > write.at : holds(write.when, head);

const holds = (condition: Condition, head: Head | undefined): boolean => {
  if (condition === "any") return true;
  if (condition === "absent") return head === undefined;
  if (condition === "present") return head !== undefined;
  return head?.n === condition.n;
};

const mainOperation = ({ write, sealed, old }: Step): Operation => {
  const { address } = write;
  if (write.op === "claim") {
    if (sealed?.items.length !== 1) throw broken("what is claimed has to fit one item");
    return { op: "claim", item: sealed.items[0], guard: claimable(write) };
  }
  if (write.op === "check") return { op: "check", key: address, guard: join(guardsOf(write.when)) };
  const guard = guardOf(write.when, old);
  return sealed === undefined ? { op: "delete", key: address, guard } : { op: "put", item: sealed.items[0], guard };
};

const partOperations = ({ write, sealed, old }: Step): readonly Operation[] => [
  ...(sealed?.items.slice(1) ?? []).map((item): Operation => ({ op: "put", item })),
  ...(old === undefined ? [] : keysOfParts(write.address, old)).map((key): Operation => ({ op: "delete", key })),
];

/** Whether the entry found is the one this step writes: it was written before, and the answer got lost. */
const isOwn = ({ sealed }: Step, head: Head | undefined): boolean => sealed !== undefined && head?.n === sealed.n;

/** The step, which also removes the spread entry it found. A claim replaces nothing. */
const replacing = (step: Step, head: Head | undefined): Step =>
  step.write.op === "claim" ? step : { ...step, old: head !== undefined && head.parts > 1 ? head : undefined };

const operationsOf = (steps: readonly Step[]): readonly Operation[] => {
  const operations = [...steps.map(mainOperation), ...steps.flatMap(partOperations)];
  if (operations.length > MAX_MEMBERS) throw tooLarge("a transaction of too many large values");
  return operations;
};

export const createWriter = (options: {
  readonly table: Table;
  readonly sealer: Sealer;
  readonly patience: MakePatience;
}) => {
  const { table, sealer, patience } = options;

  const imageOf = async (lost: Lost, write: Write): Promise<Item | undefined> =>
    lost.image ?? (await table.read([write.address])).get(keyText(write.address));

  const headOrRefuse = (image: Item | undefined, write: Write): Head | undefined => {
    try {
      return image === undefined ? undefined : headOf(image);
    } catch (error) {
      throw translateCrypto(error, `${write.address.pk} ${write.address.sk}`);
    }
  };

  /** The steps with what was found in the way; `undefined` when the lost write turns out to be our own, done before. */
  const learn = async (steps: readonly Step[], lost: readonly Lost[]): Promise<readonly Step[] | undefined> => {
    const next = [...steps];
    const failed: Write[] = [];
    for (const one of [...lost].sort((a, b) => a.index - b.index)) {
      const step = steps[one.index];
      if (step === undefined) continue;
      const head = headOrRefuse(await imageOf(one, step.write), step.write);
      if (isOwn(step, head)) return undefined;
      if (!holdsFor(step.write, head)) failed.push(step.write);
      next[one.index] = replacing(step, head);
    }
    const [first] = failed;
    if (first !== undefined) throw new ConditionFailed(first);
    return next;
  };

  const firstStep = async (write: Write): Promise<Step> => ({
    write,
    sealed: "body" in write ? await sealer.seal(write) : undefined,
    old: undefined,
  });

  return async (writes: readonly Write[]): Promise<void> => {
    if (writes.length > MAX_MEMBERS) throw broken(`a transaction of ${writes.length} writes`);
    let steps: readonly Step[] = await Promise.all(writes.map(firstStep));
    const patient = patience("contended entry");
    for (let round = 0; ; round += 1) {
      if (round > 1) await patient.pause("written by others");
      const lost = await table.apply(operationsOf(steps));
      if (lost.length === 0) return;
      const next = await learn(steps, lost);
      if (next === undefined) return;
      steps = next;
    }
  };
};
