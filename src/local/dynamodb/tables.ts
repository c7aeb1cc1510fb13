import { randomUUID } from "node:crypto";
import type { Table } from "dynalite/db/index.js";
import { defined } from "../../std/defined.ts";
import type { Clock } from "../../std/time.ts";
import { type Body, constraint, isBody, optionalFlag, optionalStructure, optionalText, text } from "./bodies.ts";
import { type Catalog, itemPrefix, type Place } from "./catalog.ts";
import { type Checked, check } from "./dynalite.ts";
import { invalid, refused, tableMissing } from "./errors.ts";
import type { KeyLocks } from "./key-locks.ts";
import { describedEncryption, describedStream } from "./table-settings.ts";
import { readTags } from "./tags.ts";

/**
 * CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable. Changes hold at once: a new table is ACTIVE in the
 * very answer that creates it, so no waiter ever waits.
 */

const throughput = (given: unknown): Checked => ({
  ...(isBody(given) ? given : { ReadCapacityUnits: 0, WriteCapacityUnits: 0 }),
  NumberOfDecreasesToday: 0,
});

const indexes = (given: unknown, arn: string, global: boolean): Checked[] | undefined => {
  if (!Array.isArray(given)) return;
  return given.map((index: Body) => ({
    ...index,
    IndexArn: `${arn}/index/${text(index, "IndexName")}`,
    IndexSizeBytes: 0,
    ItemCount: 0,
    ...(global && { IndexStatus: "ACTIVE", ProvisionedThroughput: throughput(index["ProvisionedThroughput"]) }),
  }));
};

const billing = (mode: string, now: number): Checked => ({
  BillingModeSummary: defined({
    BillingMode: mode,
    LastUpdateToPayPerRequestDateTime: mode === "PAY_PER_REQUEST" ? now : undefined,
  }),
  TableThroughputModeSummary: { TableThroughputMode: mode },
});

const describedClass = (tableClass: string | undefined): Checked =>
  tableClass === undefined ? {} : { TableClassSummary: { TableClass: tableClass } };

export class Tables {
  readonly #catalog: Catalog;
  readonly #locks: KeyLocks;
  readonly #clock: Clock;
  readonly #leaving = new Set<string>();

  constructor(catalog: Catalog, locks: KeyLocks, clock: Clock) {
    this.#catalog = catalog;
    this.#locks = locks;
    this.#clock = clock;
  }

  async create(body: Body, { accountId, region }: Place): Promise<Checked> {
    const data = check("createTable", body);
    const name = text(data, "TableName");
    if (this.#catalog.find(name) !== undefined || this.#leaving.has(name))
      throw refused("ResourceInUseException", `Table already exists: ${name}`);
    const arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
    const now = this.#clock.now() / 1000;
    const { BillingMode, Tags, ...described } = data;
    const made: Checked = defined({
      ...described,
      TableArn: arn,
      TableId: randomUUID(),
      TableStatus: "ACTIVE",
      CreationDateTime: now,
      ItemCount: 0,
      TableSizeBytes: 0,
      ProvisionedThroughput: throughput(data["ProvisionedThroughput"]),
      ...(BillingMode === "PAY_PER_REQUEST" ? billing("PAY_PER_REQUEST", now) : {}),
      LocalSecondaryIndexes: indexes(data["LocalSecondaryIndexes"], arn, false),
      GlobalSecondaryIndexes: indexes(data["GlobalSecondaryIndexes"], arn, true),
      DeletionProtectionEnabled: optionalFlag(body, "DeletionProtectionEnabled") ?? false,
      ...describedStream(optionalStructure(body, "StreamSpecification"), arn, this.#clock.now()),
      ...describedEncryption(optionalStructure(body, "SSESpecification"), { accountId, region }),
      ...describedClass(optionalText(body, "TableClass")),
    });
    const table = made as Table; // Made of the validated request: it has name, keys and attributes.
    await this.#catalog.save({ table, tags: readTags(body["Tags"]) });
    return { TableDescription: table };
  }

  describe(body: Body): Checked {
    const name = text(check("describeTable", body), "TableName");
    return { Table: this.#find(name).table };
  }

  list(body: Body): Checked {
    const data = check("listTables", body);
    const after = optionalText(data, "ExclusiveStartTableName");
    const limit = typeof data["Limit"] === "number" ? data["Limit"] : 100;
    const names = this.#catalog.all().map(({ table }) => table.TableName);
    const rest = after === undefined ? names : names.filter((name) => name > after);
    const page = rest.slice(0, limit);
    return defined({ TableNames: page, LastEvaluatedTableName: rest.length > limit ? page.at(-1) : undefined });
  }

  async delete(body: Body): Promise<Checked> {
    const name = text(check("deleteTable", body), "TableName");
    const { table } = this.#find(name);
    if (table["DeletionProtectionEnabled"] === true)
      throw invalid(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
      );
    this.#catalog.forget(name);
    this.#leaving.add(name);
    try {
      await this.#locks.idle(itemPrefix(name));
      await this.#catalog.clear(table);
    } finally {
      this.#leaving.delete(name);
    }
    return { TableDescription: { ...table, TableStatus: "DELETING" } };
  }

  async update(body: Body, place: Place): Promise<Checked> {
    const name = text(body, "TableName");
    const record = this.#find(name);
    const { table } = record;
    const stream = optionalStructure(body, "StreamSpecification");
    const encryption = optionalStructure(body, "SSESpecification");
    const protection = optionalFlag(body, "DeletionProtectionEnabled");
    const tableClass = optionalText(body, "TableClass");
    if (body["GlobalSecondaryIndexUpdates"] !== undefined)
      throw invalid(
        "The embedded table sets its indexes when it is created: GlobalSecondaryIndexUpdates is not supported",
      );
    if (!stream && !encryption && protection === undefined && tableClass === undefined) check("updateTable", body);
    const mode = optionalText(body, "BillingMode");
    if (mode !== undefined && mode !== "PROVISIONED" && mode !== "PAY_PER_REQUEST")
      throw constraint(
        `'${mode}'`,
        "billingMode",
        "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
      );
    if (stream) refuseSameStream(stream, table);
    const capacity = body["ProvisionedThroughput"];
    const next: Table = {
      ...table,
      ...(mode !== undefined && billing(mode, this.#clock.now() / 1000)),
      ...((capacity !== undefined || mode !== undefined) && { ProvisionedThroughput: throughput(capacity) }),
      ...defined({ DeletionProtectionEnabled: protection }),
      ...describedStream(stream, table.TableArn, this.#clock.now()),
      ...describedEncryption(encryption, place),
      ...describedClass(tableClass),
    };
    if (stream?.["StreamEnabled"] === false) delete next["StreamSpecification"];
    await this.#catalog.save({ ...record, table: next });
    return { TableDescription: next };
  }

  #find(name: string): NonNullable<ReturnType<Catalog["find"]>> {
    const record = this.#catalog.find(name);
    if (record === undefined) throw tableMissing(name);
    return record;
  }
}

const refuseSameStream = (wanted: Body, table: Table): void => {
  const enabled = table["StreamSpecification"] !== undefined;
  if (wanted["StreamEnabled"] === true && enabled)
    throw invalid(`Table already has an enabled stream: TableName: ${table.TableName}`);
  if (wanted["StreamEnabled"] !== true && !enabled)
    throw invalid(`Table already has a disabled stream: TableName: ${table.TableName}`);
};
