import { describe, expect, it } from "@jest/globals";
import { HOMES } from "../../../src/catalog.ts";
import { FUNCTION_TABLE } from "../../../src/contract/functions.ts";
import { deployedFunctions } from "../../../src/contract/homes.ts";
import { answerOf, type Fields, objectOf, recorded } from "../support/events.ts";
import type { Built } from "./built.ts";

/** What ends by itself: the schedule, the sweeper, and what the table removes by its TTL. */

/** Whom the schedule wakes. */
const SCHEDULED = deployedFunctions(HOMES).filter((name) => FUNCTION_TABLE[name].scheduled !== undefined);

export const endStories = (built: Built): void => {
  const { ask, metricsOf, removals } = built;

  describe("what ends", () => {
    const shortLived = async (ttl: string) => {
      const created = await ask("login", { event: "post-json", path: "auth/token/create", body: { ttl } });
      const auth = objectOf(created.body["auth"]);
      return { token: String(auth["client_token"]), accessor: String(auth["accessor"]) };
    };
    const revoke = async (event: unknown, remainingMs?: number) =>
      (await built.deployment.functions.revoke.invoke(event, remainingMs)) ?? {};

    it("is looked for on the schedule's order", async () => {
      const before = built.deployment.denied.length;
      await revoke(recorded("sweep"), 60_000);
      const counted = metricsOf("revoke").length;
      const { result } = await revoke(recorded("sweep"), 60_000);
      expect(result).toMatchObject({ failed: 0, more: false });
      // A series that is always active is paid for all month; the alarm on silent sweepers counts invocations.
      expect(metricsOf("revoke")).toHaveLength(counted);
      expect(built.deployment.denied.slice(before)).toEqual([]);
    });

    it.each([
      { part: 4, of: 4 },
      { part: -1, of: 4 },
      { part: 0, of: 17 },
      { part: 0.5, of: 2 },
      { part: 0, of: 4, more: 1 },
    ])("is not looked for by an order that makes no sense: %j", async (order) => {
      const { failure } = await revoke({ source: "zeroth.sweep", ...order });
      expect(failure?.errorMessage).toBe("neither an order nor a batch of the stream");
    });

    it.each(SCHEDULED)("%s does its part on the same order, within its rights (F8)", async (name) => {
      const before = built.deployment.denied.length;
      const { result } = await built.deployment.functions[name].invoke(recorded("schedule"), 60_000);

      expect(result).toMatchObject({ failed: 0 });
      expect(built.deployment.denied.slice(before)).toEqual([]);
    });

    it.each(deployedFunctions(HOMES).filter((name) => !SCHEDULED.includes(name)))(
      "is not an order to %s",
      async (name) => {
        const { result } = await built.deployment.functions[name].invoke(recorded("schedule"));
        expect(answerOf(result).status).toBe(400);
      },
    );

    it("of a token's tidying is left to the next order (F4)", async () => {
      const before = built.deployment.denied.length;
      const asked = await ask("login", { event: "post-json", path: "auth/token/tidy", body: {} });
      expect(asked.status).toBe(202);
      // Who sweeps the first part does it.
      await revoke(recorded("sweep"), 60_000);
      const { data } = await ask("dynamic", { path: "sys/leases/jobs" });

      expect(data["jobs"]).toContainEqual(expect.objectContaining({ kind: "tidy", state: "success" }));
      expect(built.deployment.denied.slice(before)).toEqual([]);
    });

    it("is refused as any other event", async () => {
      expect((await revoke(recorded("get"))).failure?.errorMessage).toBe("neither an order nor a batch of the stream");
    });

    it("is cleaned up when DynamoDB's TTL removed it before the sweeper came", async () => {
      const { accessor } = await shortLived("1h");
      const batch = await removals();
      const { result } = await revoke({ Records: batch }, 60_000);

      expect(batch.length).toBeGreaterThan(0);
      expect(result).toEqual({ batchItemFailures: [] });
      const lookup = { event: "post-json", path: "auth/token/lookup-accessor", body: { accessor } };
      expect((await ask("login", lookup)).status).toBeGreaterThanOrEqual(400);
    });

    it("leaves nothing undone behind a record that cannot be opened, and reports that one", async () => {
      const [poison] = recorded("stream")["Records"] as readonly Fields[];
      const other = {
        ...poison,
        eventName: "MODIFY",
        dynamodb: { ...objectOf(poison?.["dynamodb"]), SequenceNumber: "2" },
      };
      const { result } = await revoke({ Records: [poison, other] }, 60_000);

      expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "400000000000000000001" }] });
    });

    it("believes no record of another table", async () => {
      const [record] = recorded("stream")["Records"] as readonly Fields[];
      const foreign = {
        ...record,
        eventName: "MODIFY",
        eventSourceARN: "arn:aws:dynamodb:us-east-1:1:table/other/stream/x",
      };
      const { result } = await revoke({ Records: [foreign] }, 60_000);

      expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "400000000000000000001" }] });
    });

    it("starts no record if there is no time left, and asks for it again", async () => {
      const { result } = await revoke(recorded("stream"), 10_000);
      expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "400000000000000000001" }] });
    });
  });
};
