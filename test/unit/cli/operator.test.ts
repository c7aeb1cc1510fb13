import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { giveOrder, type Order } from "../../../src/cli/operator.ts";
import { nameOfFunction } from "../../../src/cli/operator-identity.ts";
import { type LambdaService, startLambdaService } from "../../infra/support/lambda-service.ts";
import type { Invocation } from "../../infra/support/lambda-worker.ts";

const shape = z.object({ zeroth: z.string(), identity: z.record(z.string(), z.string()) });

describe("an operator's order", () => {
  let lambda: LambdaService;
  let answer: Invocation | number;
  beforeEach(async () => {
    answer = { result: { root_token: "hvs.first" } };
    lambda = await startLambdaService(async () => answer);
  });
  afterEach(() => lambda.close());

  const give = (order: Order = "init") =>
    giveOrder(
      order,
      { function: "zeroth-system", region: "us-east-1" },
      { endpoint: lambda.url, credentials: { accessKeyId: "test", secretAccessKey: "test-secret" } },
    );

  it("answers the token", async () => {
    expect(await give()).toBe("hvs.first");
  });

  it.each(["init", "generate-root", "unseal"] as const)(
    "is the order and a signature for this order at this function: %s",
    async (order) => {
      await give(order);
      const [{ name, event } = {}] = lambda.invoked;
      const { zeroth, identity } = shape.parse(event);
      const headers = JSON.parse(Buffer.from(identity["iam_request_headers"] ?? "", "base64").toString("utf8"));

      expect(name).toBe("zeroth-system");
      expect(zeroth).toBe(order);
      expect(headers["x-vault-aws-iam-server-id"]).toBe(`zeroth:zeroth-system:${order}`);
      expect(headers.authorization).toContain("x-vault-aws-iam-server-id");
      expect(JSON.stringify(event)).not.toContain("test-secret");
    },
  );

  it("answers nothing where the order makes no token", async () => {
    answer = { result: { done: "unseal" } };
    expect(await give("unseal")).toBeUndefined();
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

describe("the name a signature is bound to", () => {
  it.each([
    "zeroth-system",
    "zeroth-system:live",
    "arn:aws:lambda:eu-west-1:111122223333:function:zeroth-system",
    "arn:aws:lambda:eu-west-1:111122223333:function:zeroth-system:7",
  ])("is the function's own, however it is given: %s", (given) => {
    expect(nameOfFunction(given)).toBe("zeroth-system");
  });
});
