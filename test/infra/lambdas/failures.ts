import { describe, expect, it } from "@jest/globals";
import { answerOf, objectOf } from "../support/events.ts";
import { startFunction } from "../support/lambda-worker.ts";
import { startRoleWall } from "../support/role-wall.ts";
import type { Built } from "./built.ts";

/** What a failure inside leaves in the log. */

export const failureStories = (built: Built): void => {
  const { auditOf, eventOf } = built;

  describe("a failure inside", () => {
    const lines = (output: string) =>
      output
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => objectOf(JSON.parse(line)));

    it("is one line with request, function, method and error, and is counted: a role that may read nothing (F7)", async () => {
      const wall = await startRoleWall({ aws: built.deployment.aws, statements: [], denied: () => undefined });
      const denied = await startFunction(built.deployment.entryOf("kv"), {
        ...built.deployment.environmentOf("kv"),
        AWS_ENDPOINT_URL: wall.url,
      });
      const event = eventOf({ path: "secret/data/app" });
      const answer = answerOf((await denied.invoke(event)).result);
      // What the first printed at its end has come by the time a second is answered.
      await denied.invoke({});
      const said = lines(denied.output());
      await denied.stop();
      await wall.close();

      const { requestId } = objectOf(event["requestContext"]);
      expect(answer.status).toBe(500);
      expect(said.filter(({ log }) => log === "internal error")).toEqual([
        {
          log: "internal error",
          time: expect.stringMatching(/^\d{4}-.*Z$/),
          function: "kv",
          request: requestId,
          method: "GET",
          error: "AccessDeniedException",
          reason: expect.stringContaining("AccessDeniedException"),
        },
      ]);
      expect(said.filter((line) => "_aws" in line)).toEqual([
        expect.objectContaining({ Deployment: "zeroth", InternalError: 1 }),
        expect.objectContaining({ Deployment: "zeroth", Reason: "internal-errors", NeedsAttention: 1 }),
      ]);
    });

    it("is found by one id in access log, audit log and answer", async () => {
      const event = eventOf({ path: "secret/data/nowhere-to-be-found" });
      const { requestId } = objectOf(event["requestContext"]);
      await built.deployment.functions.kv.invoke(event);
      const [line] = auditOf("kv").slice(-1);

      expect(requestId).toEqual(expect.any(String));
      expect(objectOf(line?.["request"])["id"]).toBe(requestId);
    });
  });
};
