import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTemplates, propertiesOf } from "../infra/support/stacks.ts";
import { makeServer, type TestServer } from "../support/make-server.ts";
import { consumptionOf } from "./support/consumption.ts";
import { repository } from "./support/repository.ts";

/** The numbers of `docs/cost.md` that a test can know: calls, capacity and log bytes are counted, sums are added up. */

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

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/secret", { body: { type: "kv", options: { version: "2" } } });
  await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  await server.call("POST", "sys/policies/acl/app", {
    body: { policy: 'path "*" { capabilities = ["create", "read", "update"] }' },
  });
  await server.call("POST", "auth/userpass/users/ada", { body: { password: "correct-horse", policies: "app" } });
  await server.call("POST", "secret/data/app", { body: { data: { value: "x".repeat(600) } } });
  const { body } = await server.call("POST", "auth/userpass/login/ada", {
    body: { password: "correct-horse" },
    token: null,
  });
  token = String((body["auth"] as { client_token?: unknown }).client_token);
}, 60_000);
afterAll(() => server.dynamo.close());

/** Twice: the first warms caches as a busy environment has them, the second counts. */
const measure = async (operation: () => Promise<unknown>) => {
  await operation();
  const calls = server.table.calls.length;
  const lines = server.auditLines.length;
  await operation();
  const bytes = server.auditLines.slice(lines).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  return { ...consumptionOf(server.table.calls.slice(calls)), bytes };
};

const OPERATIONS: Readonly<Record<string, () => Promise<unknown>>> = {
  "KV read": () => server.call("GET", "secret/data/app", { token }),
  "KV write, 600 B": () =>
    server.call("POST", "secret/data/app", { token, body: { data: { value: "y".repeat(600) } } }),
  "userpass login": () =>
    server.call("POST", "auth/userpass/login/ada", { body: { password: "correct-horse" }, token: null }),
  "token create": () => server.call("POST", "auth/token/create", { token, body: { ttl: "1h" } }),
  "token lookup-self": () => server.call("GET", "auth/token/lookup-self", { token }),
  "wrapped KV read": () => server.call("GET", "secret/data/app", { token, headers: { "x-vault-wrap-ttl": "60" } }),
};

describe("docs/cost.md", () => {
  const documented = new Map(rowsBelow("What an operation consumes").map(([name = "", ...rest]) => [name, rest]));

  it("lists the operations that are counted here", () => {
    expect([...documented.keys()]).toEqual(Object.keys(OPERATIONS));
  });

  it.each(Object.keys(OPERATIONS))("says what is counted: %s", async (name) => {
    const counted = await measure(OPERATIONS[name] ?? (() => Promise.reject(new Error("no operation"))));
    const [calls, reads, writes, bytes] = (documented.get(name) ?? []).map(numberIn);

    expect({ calls, reads, writes }).toEqual({ calls: counted.calls, reads: counted.reads, writes: counted.writes });
    // Ids and times differ in length by some bytes.
    expect(Math.abs((bytes ?? 0) - counted.bytes)).toBeLessThan(60);
  });

  it.each(["Idle, a month", "A million KV reads"])("adds up: %s", (heading) => {
    const rows = rowsBelow(heading);
    let sum = 0;
    for (const [name = "", , amount] of rows) {
      if (/^(sum|without logs|with logs)$/.test(name)) expect(Math.abs(numberIn(amount) - sum)).toBeLessThan(0.011);
      else sum += numberIn(amount);
    }
    expect(sum).toBeGreaterThan(0);
  });

  it("counts the alarms by the series they look at, as they are billed", () => {
    const series = propertiesOf(makeTemplates().stateless, "AWS::CloudWatch::Alarm").flatMap(
      ({ Metrics }): unknown[] =>
        Array.isArray(Metrics) ? Metrics.filter((one: object) => "MetricStat" in one) : [undefined],
    );
    const [, arithmetic] = rowsBelow("Idle, a month").find(([name]) => name === "alarms") ?? [];

    expect(arithmetic).toMatch(new RegExp(`^${series.length} x 0\\.10`));
  });

  it("draws the months from the two sums", () => {
    const [idle, million] = ["Idle, a month", "A million KV reads"].map((heading) =>
      numberIn(rowsBelow(heading).at(-1)?.[2]),
    );
    const [name = "", ...months] = rowsBelow("A month, 10,000 secrets")[0] ?? [];
    const shown = [1, 10, 100, 1000].map((millions) => (idle ?? 0) + (million ?? 0) * millions);

    expect(name).toContain(`${idle?.toFixed(2)} + ${million?.toFixed(2)}/M`);
    for (const [at, amount] of shown.entries()) expect(Math.abs(numberIn(months[at]) - amount)).toBeLessThan(1);
  });

  it("computes the cost of a read from what was counted", async () => {
    const { reads, bytes } = await measure(OPERATIONS["KV read"] ?? (() => Promise.reject(new Error("no operation"))));
    const amount = (name: string) =>
      numberIn(rowsBelow("A million KV reads").find(([cell]) => cell?.startsWith(name))?.[2]);

    expect(Math.abs(amount("DynamoDB") - reads * 0.125)).toBeLessThan(0.001);
    // CloudWatch counts 26 bytes an event besides the text; a GB is 2^30 bytes.
    expect(Math.abs(amount("audit") - ((bytes + 2 * 26) * 1e6 * 0.5) / 2 ** 30)).toBeLessThan(0.03);
  });
});
