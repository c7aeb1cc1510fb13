import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { giveOrder } from "../../../src/cli/operator.ts";
import { type LambdaService, startLambdaService } from "../../infra/support/lambda-service.ts";
import type { Invocation } from "../../infra/support/lambda-worker.ts";

describe("an operator's order", () => {
  let lambda: LambdaService;
  let answer: Invocation | number;
  beforeEach(async () => {
    answer = { result: { root_token: "hvs.first" } };
    lambda = await startLambdaService(async () => answer);
  });
  afterEach(() => lambda.close());

  const give = (order: "init" | "generate-root" = "init") =>
    giveOrder(
      order,
      { function: "zeroth-system", region: "us-east-1" },
      { endpoint: lambda.url, credentials: { accessKeyId: "test", secretAccessKey: "test" } },
    );

  it("answers the token", async () => {
    expect(await give()).toBe("hvs.first");
  });

  it.each(["init", "generate-root"] as const)("is exactly one member: %s", async (order) => {
    await give(order);
    expect(lambda.invoked).toEqual([{ name: "zeroth-system", event: { zeroth: order } }]);
  });

  it("says what the function says", async () => {
    answer = { result: { errors: ["Vault is already initialized"] } };
    await expect(give()).rejects.toThrow("Vault is already initialized");
  });

  it("does not take another function's answer for a token", async () => {
    answer = { result: { statusCode: 400, body: "{}", headers: {}, isBase64Encoded: false } };
    await expect(give()).rejects.toThrow("this is not the system function");
  });

  it("says that the function failed, and is not given twice", async () => {
    answer = { failure: { errorType: "Error", errorMessage: "something inside" } };
    await expect(give()).rejects.toThrow("the function failed");
    expect(lambda.invoked).toHaveLength(1);
  });

  it("says that the function is busy, and is not given twice", async () => {
    answer = 429;
    await expect(give()).rejects.toThrow("busy");
    expect(lambda.invoked).toHaveLength(1);
  });
});
