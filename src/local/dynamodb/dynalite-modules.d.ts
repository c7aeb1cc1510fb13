// The parts of dynalite 4 this folder calls. Dynalite has no types; these were read from its source.

declare module "dynalite/db/index.js" {
  import type { AttributeValue } from "aws-lambda";

  /** An item as it travels: attribute name to typed value, numbers as text, binary as base64. */
  export interface Item {
    [name: string]: AttributeValue;
  }

  export interface KeyElement {
    AttributeName: string;
    KeyType: "HASH" | "RANGE";
  }

  export interface SecondaryIndex {
    IndexName: string;
    KeySchema: KeyElement[];
    [detail: string]: unknown;
  }

  /** A table description as CreateTable and DescribeTable answer it. */
  export interface Table {
    TableName: string;
    TableArn: string;
    TableStatus: string;
    KeySchema: KeyElement[];
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    GlobalSecondaryIndexes?: SecondaryIndex[];
    LocalSecondaryIndexes?: SecondaryIndex[];
    [detail: string]: unknown;
  }

  /** A path (names and list positions), a value, or a function of such. */
  export type Operand = (string | number)[] | AttributeValue | Expression;

  /** A node of a parsed expression: an operator or function with its operands. */
  export interface Expression {
    type: string;
    name?: string;
    args: Operand[];
  }

  /** One action of a parsed update expression. */
  export interface UpdateSection {
    type: "set" | "remove" | "add" | "delete";
    path: (string | number)[];
    val?: Operand;
  }

  /** A parsed update expression. */
  export interface Update {
    sections: UpdateSection[];
    [detail: string]: unknown;
  }

  /** A refusal made by dynalite: the HTTP status and the JSON body of the answer. */
  export interface Refusal extends Error {
    statusCode: number;
    body: { __type: string; message?: string; Message?: string };
  }

  export interface Range {
    gt?: string;
    gte?: string;
    lt?: string;
    lte?: string;
    limit?: number;
    reverse?: boolean;
  }

  export type LevelChange =
    | { readonly type: "put"; readonly key: string; readonly value: unknown }
    | { readonly type: "del"; readonly key: string };

  /** What abstract-level 3 offers, as far as it is used here. Values are JSON. */
  export interface Level {
    open(): Promise<void>;
    close(): Promise<void>;
    getSync(key: string): unknown;
    batch(changes: readonly LevelChange[], options?: { sync?: boolean }): Promise<void>;
    clear(range: Range): Promise<void>;
    iterator(range: Range): {
      nextv(size: number): Promise<[string, unknown][]>;
      close(): Promise<void>;
    };
  }

  export type Callback<T = unknown> = (error?: Refusal | Error | null, value?: T) => void;

  /** A key space of one table or index, as dynalite's actions use it. */
  export interface SubDb {
    get(key: string, done: Callback): void;
    put(key: string, value: unknown, done: Callback): void;
    del(key: string, done: Callback): void;
    lock(key: string, run: (release: (done: Callback) => Callback) => void): void;
    createValueStream?(range: Range): NodeJS.ReadableStream;
    awsRegion?: string;
    awsAccountId?: string;
  }

  export interface StoreOptions {
    maxItemSize: number;
    createTableMs: number;
    updateTableMs: number;
  }

  /** What an action reads and writes through. */
  export interface Store {
    options: StoreOptions;
    tableDb: SubDb;
    getTable(name: string, checkStatus: boolean | Callback<Table>, done?: Callback<Table>): void;
    getItemDb(table: string): SubDb;
    getIndexDb(kind: string, table: string, index: string): SubDb;
  }

  const db: {
    create(options: { path?: string }): { readonly db: Level };
    createKey(item: Item, table: Table): string;
    validateKey(key: Item, table: Table): Refusal | undefined | null;
    validateItem(item: Item, table: Table): Refusal | undefined | null;
    checkConditional(data: object, existing: Item | undefined): Refusal | undefined | null;
    mapPath(path: (string | number)[], item: Item): AttributeValue | null | undefined;
    compare(operator: string, value: unknown, others: readonly unknown[]): boolean;
    getIndexActions(
      indexes: readonly SecondaryIndex[],
      before: Item | undefined,
      after: Item | undefined,
      table: Table,
    ): { puts: { index: string; key: string; item: Item }[]; deletes: { index: string; key: string }[] };
  };
  export default db;
}

declare module "dynalite/actions/*.js" {
  import type { Callback, Store } from "dynalite/db/index.js";

  const action: (store: Store, data: object, done: Callback) => void;
  export default action;
}

declare module "dynalite/validations/*.js" {
  const validation: { readonly types: object; readonly custom?: (data: object, store: unknown) => string | undefined };
  export default validation;
}

declare module "dynalite/validations/index.js" {
  const validations: {
    checkTypes(data: object, types: object): Record<string, unknown>;
    checkValidations(data: object, types: object, custom: unknown, store: unknown): void;
  };
  export default validations;
}
