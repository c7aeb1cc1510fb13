import * as stock from "@aws-sdk/client-dynamodb";
import * as stockKms from "@aws-sdk/client-kms";
import { describe, expect, it } from "@jest/globals";
import * as own from "../../../src/aws-clients/dynamodb.ts";
import * as ownKms from "../../../src/aws-clients/kms.ts";

/** Our schemas against the SDK's. */

type Schema = unknown;

const SIMPLE_LIST = 64;
const SIMPLE_MAP = 128;

/** A schema without the function or the traits around it; lists and maps of simple shapes written out. */
const plain = (schema: Schema): readonly unknown[] | number | string => {
  if (typeof schema === "function") return plain(schema());
  if (typeof schema === "number") {
    if (schema >= SIMPLE_MAP) return [2, "", "", 0, 0, schema - SIMPLE_MAP];
    return schema >= SIMPLE_LIST ? [1, "", "", 0, schema - SIMPLE_LIST] : schema;
  }
  if (typeof schema === "string") return schema;
  if (!Array.isArray(schema)) throw new Error("a schema of an unknown kind");
  if (schema.length === 2) return plain(schema[0]);
  return schema[0] === 0 ? plain(schema[4]) : schema;
};

/** The differences between a schema of ours and the SDK's; members that ours leaves out are none. */
const differences = (ours: Schema, theirs: Schema, at: string): readonly string[] => {
  const [a, b] = [plain(ours), plain(theirs)];
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b ? [] : [`${at}: ${a} is ${b}`];
  if (a[0] !== b[0]) return [`${at}: another kind of shape`];
  if (a[0] === 1) return differences(a[4], b[4], `${at}[]`);
  if (a[0] === 2) return [...differences(a[4], b[4], `${at}{}`), ...differences(a[5], b[5], `${at}{}`)];
  // The codec knows it by its name.
  if (a[0] === 4) return a[1] === b[1] && a[2] === b[2] ? [] : [`${at}: another name`];
  const [mine, stocks]: [string[], string[]] = [a[4], b[4]];
  return mine.flatMap((name, index) => {
    const found = stocks.indexOf(name);
    return found < 0 ? [`${at}.${name}: unknown to the SDK`] : differences(a[5][index], b[5][found], `${at}.${name}`);
  });
};

const schemaOf = (command: { readonly schema?: unknown }): readonly unknown[] => {
  if (!Array.isArray(command.schema)) throw new Error("a command without a schema");
  return command.schema;
};

const table = { TableName: "t" };
const PAIRS: readonly (readonly [string, { readonly schema?: unknown }, { readonly schema?: unknown }])[] = [
  [
    "BatchGetItem",
    new own.BatchGetItemCommand({ RequestItems: {} }),
    new stock.BatchGetItemCommand({ RequestItems: {} }),
  ],
  [
    "BatchWriteItem",
    new own.BatchWriteItemCommand({ RequestItems: {} }),
    new stock.BatchWriteItemCommand({ RequestItems: {} }),
  ],
  ["PutItem", new own.PutItemCommand({ ...table, Item: {} }), new stock.PutItemCommand({ ...table, Item: {} })],
  ["DeleteItem", new own.DeleteItemCommand({ ...table, Key: {} }), new stock.DeleteItemCommand({ ...table, Key: {} })],
  ["UpdateItem", new own.UpdateItemCommand({ ...table, Key: {} }), new stock.UpdateItemCommand({ ...table, Key: {} })],
  ["Query", new own.QueryCommand(table), new stock.QueryCommand(table)],
  ["Scan", new own.ScanCommand(table), new stock.ScanCommand(table)],
  [
    "TransactWriteItems",
    new own.TransactWriteItemsCommand({ TransactItems: [] }),
    new stock.TransactWriteItemsCommand({ TransactItems: [] }),
  ],
  [
    "Decrypt",
    new ownKms.DecryptCommand({ CiphertextBlob: undefined }),
    new stockKms.DecryptCommand({ CiphertextBlob: undefined }),
  ],
  [
    "GenerateDataKeyWithoutPlaintext",
    new ownKms.GenerateDataKeyWithoutPlaintextCommand({ KeyId: "k" }),
    new stockKms.GenerateDataKeyWithoutPlaintextCommand({ KeyId: "k" }),
  ],
];

describe("a schema of ours", () => {
  it.each(PAIRS)("of %s names what the SDK's names, as the same", (name, ours, theirs) => {
    const [[, , called, , input, output], [, , stocks, , stockInput, stockOutput]] = [schemaOf(ours), schemaOf(theirs)];

    expect([called, stocks]).toEqual([name, name]);
    expect([...differences(input, stockInput, name), ...differences(output, stockOutput, name)]).toEqual([]);
  });

  it("would be told apart from another", () => {
    const theirs = [3, "n", "S", 0, ["A", "B"], [0, () => [2, "n", "M", 0, 0, 21]]];
    expect(differences([3, "n", "S", 0, ["B"], [() => [2, "n", "M", 0, 0, 21]]], theirs, "S")).toEqual([]);
    expect(differences([3, "n", "S", 0, ["B"], [() => [2, "n", "M", 0, 0, 0]]], theirs, "S")).toEqual([
      "S.B{}: 0 is 21",
    ]);
    expect(differences([3, "n", "S", 0, ["C"], [0]], theirs, "S")).toEqual(["S.C: unknown to the SDK"]);
  });
});
