import {
  type AttributeValue,
  ConditionalCheckFailedException,
  TransactionCanceledException,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { PARTITION_KEY, SORT_KEY } from "../../src/contract/table.ts";
import type { Call, TestTable } from "./storage.ts";

/**
 * Others who are always a moment faster: the first write over each entry that was read finds that somebody else has just
 * written there. Whoever looks again finds the entry as it was, so a caller who tries again is answered as if it had been
 * alone. What only one caller may take is spared: there, another who is faster has it.
 */

type Item = Readonly<Record<string, AttributeValue>>;
interface Member {
  readonly ConditionExpression?: string | undefined;
  readonly Item?: Item | undefined;
  readonly Key?: Item | undefined;
}

const isOverWhatWasRead = ({ ConditionExpression = "" }: Member): boolean => /#n = :n\b/.test(ConditionExpression);

/** Waiting logins end with their token; jobs and leases are claimed. A single delete takes a wrapped answer. */
const ONE_TAKES = /^(?:entity#mfa-login#|lease#)/;
const isTaken = ({ operation }: Call, address: string): boolean =>
  operation === "DeleteItem" || ONE_TAKES.test(address);

const addressOf = ({ Item, Key }: Member): string => {
  const key = Item ?? Key ?? {};
  return `${key[PARTITION_KEY]?.S} ${key[SORT_KEY]?.S}`;
};

const membersOf = ({ operation, input }: Call): readonly Member[] => {
  if (operation !== "TransactWriteItems") return [input];
  const items = input["TransactItems"] as readonly TransactWriteItem[];
  return items.flatMap((item) => Object.values(item));
};

/** What is there instead: the head of another write. */
const ANOTHER: Item = { n: { N: "1" } };

const lost = ({ operation }: Call, members: readonly Member[], at: number): Error => {
  const about = { message: "somebody was faster", $metadata: {} };
  if (operation !== "TransactWriteItems") return new ConditionalCheckFailedException({ ...about, Item: ANOTHER });
  const reasons = members.map((_, index) =>
    index === at ? { Code: "ConditionalCheckFailed", Item: ANOTHER } : { Code: "None" },
  );
  return new TransactionCanceledException({ ...about, CancellationReasons: reasons });
};

export interface Contention {
  /** From now on each entry is lost once more. */
  again(): void;
  /** How many writes were lost. */
  count(): number;
}

export const contend = (table: TestTable): Contention => {
  const met = new Set<string>();
  let count = 0;
  table.before = (call) => {
    const members = membersOf(call);
    const at = members.findIndex((member) => {
      const address = addressOf(member);
      return isOverWhatWasRead(member) && !isTaken(call, address) && !met.has(address);
    });
    const member = members[at];
    if (!member) return;
    met.add(addressOf(member));
    count += 1;
    throw lost(call, members, at);
  };
  return { again: () => met.clear(), count: () => count };
};
