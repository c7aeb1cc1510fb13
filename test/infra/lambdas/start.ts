import { describe, expect, it } from "@jest/globals";
import { FUNCTIONS, type FunctionName } from "../../../src/contract/functions.ts";
import { answerOf } from "../support/events.ts";
import { startFunction } from "../support/lambda-worker.ts";
import type { Built } from "./built.ts";

/** How a built function starts, what it loads by then, and what it refuses to start with. */

export const startStories = (built: Built): void => {
  const { eventOf } = built;

  describe("a built function", () => {
    it.each(FUNCTIONS)("%s starts without a call to anybody", (name) => {
      expect(built.deployment.functions[name].touched).toEqual([]);
    });

    it.each(FUNCTIONS)("%s loads at most 340 KB at its start", (name) => {
      expect(built.deployment.inventories.get(name)?.eager.bytes).toBeLessThan(340 * 1024);
    });

    it("carries no engine of another function, except where paths of all are explained", () => {
      const engines = (name: FunctionName) =>
        Object.keys(built.deployment.inventories.get(name)?.lazy.origins ?? {}).filter((origin) =>
          /^(?:src\/(?:engines|auth)|mongodb|mysql2|postgres|ioredis|ldapts)$/.test(origin),
        );

      expect([engines("wrapping"), engines("challenges"), engines("ui")]).toEqual([[], [], []]);
      expect(engines("kv")).toEqual(["src/engines"]);
      expect(engines("keys")).toEqual(["src/engines"]);
      expect(engines("policy")).toEqual(expect.arrayContaining(["src/engines", "src/auth", "mysql2", "ldapts"]));
    });

    it("loads no client, engine or method at its start that its first request may not need", () => {
      const eager = Object.keys(built.deployment.inventories.get("kv")?.eager.origins ?? {});
      const early = /client-|credential-provider|fast-xml-parser|zod$|src\/(?:auth|engines|local)$/;

      expect(eager.filter((name) => early.test(name))).toEqual([]);
    });

    it("refuses to start where somebody redirects its calls to AWS", async () => {
      const { ZEROTH_TEST_ENDPOINTS: _, ...environment } = built.deployment.environmentOf("kv");
      await expect(startFunction(built.deployment.entryOf("kv"), environment)).rejects.toThrow(
        "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_LAMBDA must not be set",
      );
    });

    it("refuses to start as another function", async () => {
      const environment = built.deployment.environmentOf("policy");
      await expect(startFunction(built.deployment.entryOf("system"), environment)).rejects.toThrow(
        "deployed as policy",
      );
    });

    it("refuses to start without its table, and names the variable", async () => {
      const environment = { ...built.deployment.environmentOf("kv"), ZEROTH_TABLE_NAME: "" };
      await expect(startFunction(built.deployment.entryOf("kv"), environment)).rejects.toThrow("ZEROTH_TABLE_NAME");
    });

    it("refuses to start where certificates are not checked", async () => {
      const environment = { ...built.deployment.environmentOf("kv"), NODE_TLS_REJECT_UNAUTHORIZED: "0" };
      await expect(startFunction(built.deployment.entryOf("kv"), environment)).rejects.toThrow("certificates");
    });

    it("V66, S43: shows no value of its environment when it fails or does not start", async () => {
      const canary = "canary-0f3a9c-of-the-environment";
      const environment: Record<string, string> = {
        ...built.deployment.environmentOf("kv"),
        AWS_ENDPOINT_URL: "http://192.0.2.1:9",
        AWS_SESSION_TOKEN: canary,
        SOMETHING_ELSE: canary,
      };
      const values = [canary, environment["AWS_SECRET_ACCESS_KEY"], environment["ZEROTH_KEY_ID"], "192.0.2.1"];
      const running = await startFunction(built.deployment.entryOf("kv"), environment);
      const said: unknown[] = [];
      for (const event of [null, [], { version: "2.0" }, { Records: [{}] }, eventOf({ path: "secret/data/app" })]) {
        said.push(await running.invoke(event, 1300));
      }
      said.push(running.output());
      await running.stop();
      const broken = { ...environment, ZEROTH_DOMAINS: canary, ZEROTH_TABLE_NAME: "" };
      const refusal = await startFunction(built.deployment.entryOf("kv"), broken).then(String, String);
      const text = JSON.stringify([...said, refusal]);

      expect(refusal).toContain("ZEROTH_");
      expect(values.every((value) => (value?.length ?? 0) > 5)).toBe(true);
      expect(values.filter((value) => value !== undefined && text.includes(value))).toEqual([]);
    });

    it("answers before its time is over when AWS does not answer", async () => {
      const silent = await startFunction(built.deployment.entryOf("kv"), {
        ...built.deployment.environmentOf("kv"),
        AWS_ENDPOINT_URL: "http://192.0.2.1:9",
      });
      const { result } = await silent.invoke(eventOf({ path: "secret/data/app" }), 1300);
      await silent.stop();

      expect(answerOf(result)).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    });
  });
};
