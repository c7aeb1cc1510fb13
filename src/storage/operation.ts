import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { PARTITION_KEY, SORT_KEY } from "../contract/table.ts";

/** Keys, guards and operations, and how they are written for DynamoDB. Pure. */

export type Item = Record<string, AttributeValue>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A condition expression; `#x` means the attribute `x`. */
export interface Guard {
  readonly expression: string;
  readonly attributes: readonly string[];
  readonly values?: Item | undefined;
}

export type Operation =
  | { readonly op: "put"; readonly item: Item; readonly guard?: Guard }
  | { readonly op: "delete"; readonly key: Key; readonly guard?: Guard }
  /** Puts the item where there is none; one that is there stays as it is. */
  | { readonly op: "claim"; readonly item: Item; readonly guard: Guard }
  | { readonly op: "check"; readonly key: Key; readonly guard: Guard };

export const keyText = (key: Key): string => `${key.pk}\n${key.sk}`;

export const keyItem = (key: Key): Item => ({ [PARTITION_KEY]: { S: key.pk }, [SORT_KEY]: { S: key.sk } });

export const itemKey = (item: Item): Key => ({ pk: item[PARTITION_KEY]?.S ?? "", sk: item[SORT_KEY]?.S ?? "" });

/** A guard as members of a command; none for `undefined`. */
export const conditionOf = (guard: Guard | undefined) =>
  guard === undefined
    ? {}
    : {
        ConditionExpression: guard.expression,
        ExpressionAttributeNames: Object.fromEntries(guard.attributes.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: guard.values,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
      };

/** Every attribute keeps the value it has. An item has all of its attributes or does not exist, so none is mixed. */
export const claimOf = (item: Item, guard: Guard) => {
  const { [PARTITION_KEY]: pk, [SORT_KEY]: sk, ...rest } = item;
  const names = Object.keys(rest);
  return {
    ConditionExpression: guard.expression,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    Key: keyItem({ pk: pk?.S ?? "", sk: sk?.S ?? "" }),
    UpdateExpression: `SET ${names.map((name) => `#${name} = if_not_exists(#${name}, :new_${name})`).join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries([...guard.attributes, ...names].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...guard.values,
      ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [`:new_${name}`, value])),
    },
  };
};

/** An operation as a member of a transaction. */
export const memberOf = (table: string, operation: Operation): TransactWriteItem => {
  const common = { TableName: table, ...conditionOf(operation.guard) };
  if (operation.op === "put") return { Put: { ...common, Item: operation.item } };
  if (operation.op === "claim") return { Update: { TableName: table, ...claimOf(operation.item, operation.guard) } };
  const Key = keyItem(operation.key);
  if (operation.op === "delete") return { Delete: { ...common, Key } };
  return { ConditionCheck: { ...common, Key, ConditionExpression: operation.guard.expression } };
};

/** A page of a partition, in order of sort keys. */
export interface Range {
  readonly pk: string;
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly limit: number;
  readonly descending?: boolean | undefined;
  /** Parts of spread bodies too, and nothing but keys: for removing a partition. */
  readonly everything?: boolean;
}

/** A page of a bucket of the expiry index. */
export interface DueRange {
  /** Epoch seconds. */
  readonly until: number;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: Item | undefined;
  /** Latest end first; soonest first unless said so. */
  readonly latestFirst?: boolean | undefined;
}
