import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { evaluate } from "../../scripts/bench/price/arithmetic.ts";
import { readDeployed } from "../../scripts/bench/price/deployed.ts";
import { countIdle, type Idle } from "../../scripts/bench/price/idle.ts";
import { type Counted, createOperations, type Operations } from "../../scripts/bench/price/operations.ts";
import {
  amountOf,
  cheaperRows,
  evenText,
  idleRows,
  logRows,
  millionOf,
  monthCells,
  type Row,
  readRows,
  sumOf,
} from "../../scripts/bench/price/tables.ts";
import { repository } from "./support/repository.ts";

/**
 * `docs/cost.md` says what is counted here: calls, units, bytes, alarms, orders. Its arithmetic is evaluated as it stands
 * there. `npm run bench -- price --docs` writes it again.
 */

const page = readFileSync(`${repository}/docs/cost.md`, "utf8");
const rowsBelow = (heading: string): readonly (readonly string[])[] => {
  const section = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.replaceAll("*", "").trim()),
  );
};
const numberIn = (text: string | undefined): number => Number((text ?? "").replaceAll(",", ""));

/** Ids and times differ in length by some bytes. */
const BYTES = 60;

const few = readDeployed();
let operations: Operations;
let idle: Idle;
let read: Counted;
beforeAll(async () => {
  operations = await createOperations();
  read = await operations.count("KV read");
  idle = await countIdle(few.orders);
});
afterAll(() => operations.close());

/** Rows of a table that have an amount of their own; sums have no arithmetic. */
const linesOf = (heading: string): readonly (Row & { readonly usd: number })[] =>
  rowsBelow(heading).flatMap(([line = "", arithmetic = "", usd]) =>
    arithmetic === "" ? [] : [{ line, arithmetic, usd: numberIn(usd) }],
  );

/** A counted number of bytes may differ a little from the page's; everything else is the same text. */
const expectSame = (shown: readonly Row[], counted: readonly Row[]): void => {
  const bare = (rows: readonly Row[]): readonly Row[] =>
    rows.map(({ line, arithmetic }) => ({ line, arithmetic: arithmetic.replace(/\(\d[\d,]* \+/, "(bytes +") }));
  expect(bare(shown)).toEqual(bare(counted));
  for (const [at, { arithmetic }] of counted.entries()) {
    const [own, theirs] = [shown[at]?.arithmetic, arithmetic].map((text) =>
      numberIn(/\((\d[\d,]*) \+/.exec(text ?? "")?.[1]),
    );
    expect(Math.abs((own ?? 0) - (theirs ?? 0))).toBeLessThan(BYTES);
  }
};

describe("docs/cost.md", () => {
  const documented = new Map(rowsBelow("What an operation consumes").map(([name = "", ...rest]) => [name, rest]));

  it("lists the operations that are counted here", () => {
    expect([...documented.keys()]).toEqual(operations.names);
  });

  it.each([...documented.keys()])("says what is counted: %s", async (name) => {
    const counted = await operations.count(name);
    const [calls, reads, writes, bytes] = (documented.get(name) ?? []).map(numberIn);

    expect({ calls, reads, writes }).toEqual({ calls: counted.calls, reads: counted.reads, writes: counted.writes });
    expect(Math.abs((bytes ?? 0) - counted.bytes)).toBeLessThan(BYTES);
    expect(counted.unwraps).toBe(0);
  });

  it.each([
    ["Idle, a month", 2],
    ["A million KV reads", 3],
    ["A million KV reads for less", 2],
  ] as const)("has the amounts its arithmetic comes to: %s", (heading, decimals) => {
    const lines = linesOf(heading);

    expect(lines.length).toBeGreaterThan(4);
    for (const { line, arithmetic, usd } of lines)
      expect([line, usd]).toEqual([line, Number(evaluate(arithmetic).toFixed(decimals))]);
  });

  it.each([
    ["Idle, a month", 2],
    ["A million KV reads", 3],
  ] as const)("adds up: %s", (heading, decimals) => {
    let sum = 0;
    for (const [name = "", arithmetic, amount] of rowsBelow(heading)) {
      if (arithmetic === "") expect([name, numberIn(amount)]).toEqual([name, Number(sum.toFixed(decimals))]);
      else sum += numberIn(amount);
    }
    expect(sum).toBeGreaterThan(1);
  });

  it("counts an idle month: alarms, metrics and orders of the template, and what its orders do in an hour", () => {
    expectSame(linesOf("Idle, a month"), idleRows(few, idle));
    expect(sumOf(idleRows(few, idle), 2)).toBeLessThan(4);
  });

  it("counts a million reads: calls, units, bytes and requests to KMS", () => {
    const counted = { read, keys: operations.keys };

    expectSame(linesOf("A million KV reads"), [...readRows(counted), ...logRows(counted, few)]);
  });

  it("says what cheaper ways come to, from the amounts above", () => {
    const lines = linesOf("A million KV reads");
    const parts = millionOf(lines.slice(0, -3), lines.slice(-3));

    expect(linesOf("A million KV reads for less").map(({ line, arithmetic }) => ({ line, arithmetic }))).toEqual(
      cheaperRows(parts),
    );
  });

  it("says what the detailed alarms come to", () => {
    const { series } = readDeployed({ alarms: "each" });
    const total = sumOf(idleRows(few, idle), 2) + (series - few.series) * 0.1;

    expect(page.replaceAll("\n", " ")).toContain(
      `has ${series} of them: ${series} x 0.10 = ${(series * 0.1).toFixed(2)}, so ${total.toFixed(2)} altogether`,
    );
  });

  it("says what a mount with work of every minute adds", async () => {
    const more = await countIdle(few.orders, ["pki"]);
    const [, reads, writes, usd] =
      /some (\d+) RRU and (\d+) WRU more: [^=]*= ([\d.]+)\./.exec(page.replaceAll("\n", " ")) ?? [];

    expect([numberIn(reads), numberIn(writes)]).toEqual([
      Math.round(more.reads - idle.reads),
      Math.round(more.writes - idle.writes),
    ]);
    const arithmetic = `43,800 x (${reads} RRU x 0.125/M + ${writes} WRU x 0.625/M)`;
    expect(numberIn(usd)).toBe(amountOf({ line: "", arithmetic }, 2));
  });

  it("draws the months and the break-even from the two sums", () => {
    const [month, million] = ["Idle, a month", "A million KV reads"].map((heading) =>
      numberIn(rowsBelow(heading).at(-1)?.[2]),
    );
    const cells = monthCells(month ?? 0, million ?? 0).map((cell) => cell.replaceAll("*", ""));

    expect(rowsBelow("A month, 10,000 secrets")[0]).toEqual(cells);
    expect(page).toContain(evenText(month ?? 0, million ?? 0));
  });
});

describe("what a template says of its price", () => {
  it("has fewer series of alarms than one for each metric, and no metric that is paid for while nothing happens", () => {
    expect(few.series).toBeLessThan(readDeployed({ alarms: "each" }).series / 3);
    expect([few.paidMetrics, idle.events]).toEqual([0, 0]);
  });
});

describe("arithmetic", () => {
  it.each([
    ["2 x 3 + 4", 10],
    ["2 x (3 + 4)", 14],
    ["1M x 0.20/M", 0.2],
    ["1 GB x 0.50/GB", 0.5],
    ["1,024 B x 2", 2 / 1024 ** 2],
    ["(1 + 1) KB x 512", 1 / 1024],
    ["10 - 4 / 2", 8],
    ["0.05 s x 3.75 GB", 0.1875],
  ])("%s", (text, value) => {
    expect(evaluate(text)).toBeCloseTo(value, 12);
  });

  it.each(["1 +", "(1", "1 2", "one x 2", "1 x 2 alarms", ""])("is refused where it is none: %s", (text) => {
    expect(() => evaluate(text)).toThrow();
  });
});
