import { describe, expect, it } from "@jest/globals";
import { giveOrder, type Order } from "../../../src/cli/operator.ts";
import { signOrder } from "../../../src/cli/operator-identity.ts";
import { ADMIN_1 } from "../../unit/local/aws/support.ts";
import { answerOf, type Fields, objectOf, recorded } from "../support/events.ts";
import { startFunction } from "../support/lambda-worker.ts";
import { auditLines, type Built } from "./built.ts";

/** The operator's orders to `system`: the first root token, taking back the seal, and who may give them. */

export const orderStories = (built: Built): void => {
  const { ask, auditOf, metricsOf } = built;

  describe("the operator's orders", () => {
    it("made the first root token, which works", async () => {
      const { data } = await ask("login", { path: "auth/token/lookup-self" });
      expect(data).toMatchObject({ policies: ["root"], ttl: 0 });
    });

    it("make the first root token once", async () => {
      const { result } = await built.deployment.functions.system.invoke({ zeroth: "init" });
      expect(result).toEqual({ errors: ["Vault is already initialized"] });
    });

    it("make another root token when asked, and count it for the alarm", async () => {
      const { result } = await built.deployment.functions.system.invoke({ zeroth: "generate-root" });
      const token = String(objectOf(result)["root_token"]);

      expect((await ask("login", { path: "auth/token/lookup-self", token })).data).toMatchObject({
        policies: ["root"],
      });
      expect(metricsOf("system")).toContain("RootGenerated");
    });

    it.each([
      ["with another member next to it", { zeroth: "init", force: true }],
      ["of another name", { zeroth: "seal" }],
      [
        "with an identity that is not a signed request",
        { zeroth: "generate-root", identity: { arn: "arn:aws:iam::1:root" } },
      ],
      ["inside an HTTP event", { ...recorded("post-json"), zeroth: "generate-root" }],
      ["in a list", [{ zeroth: "init" }]],
      ["as text", '{"zeroth":"init"}'],
    ])("are refused %s", async (_, event) => {
      const { result } = await built.deployment.functions.system.invoke(event);
      const { errors = [] } = objectOf(result);
      expect(JSON.stringify(result)).not.toContain("root_token");
      expect([errors, Number(answerOf(result).status) >= 400]).not.toEqual([[], false]);
    });

    it.each(["sys/init", "sys/generate-root", "sys/mounts"])(
      "are not accepted in the body of a request to %s",
      async (path) => {
        const answer = await ask("system", { event: "post-json", path, body: { zeroth: "generate-root" }, token: "" });
        expect(answer.text).not.toContain("root_token");
        expect(answer.status).toBeGreaterThanOrEqual(400);
      },
    );

    it("are obeyed by no other function", async () => {
      for (const name of ["kv", "login", "dynamic", "policy", "wrapping"] as const) {
        const { result } = await built.deployment.functions[name].invoke({ zeroth: "generate-root" });
        expect(answerOf(result).status).toBe(400);
      }
    });
  });

  describe("the seal", () => {
    it("is taken back by the operator's order, which is audited and counted (F1)", async () => {
      expect((await ask("system", { event: "post-json", path: "sys/seal", body: {} })).status).toBe(204);
      const sealed = await ask("kv", { path: "secret/data/app" });
      const { result } = await built.deployment.functions.system.invoke({ zeroth: "unseal" });
      const open = await ask("login", { path: "auth/token/lookup-self" });

      expect(sealed.status).toBe(503);
      expect(result).toEqual({ done: "unseal" });
      expect(open.status).toBe(200);
      expect(metricsOf("system")).toEqual(expect.arrayContaining(["Sealed", "Unsealed"]));
      expect(auditOf("system").filter(({ request }) => objectOf(request)["path"] === "sys/unseal")).toHaveLength(2);
    });
  });

  describe("the operator's identity", () => {
    const ARN = "arn:aws:iam::111122223333:user/";
    const order = (name: Order, credentials = ADMIN_1, to = "system") =>
      giveOrder(
        name,
        { function: `arn:aws:lambda:us-east-1:111122223333:function:${to}`, region: "us-east-1" },
        { endpoint: built.deployment.lambda.url, credentials },
      );
    const asked = () => auditOf("system").filter(({ request }) => objectOf(request)["path"] === "sys/generate-root");
    const operatorOf = (line: Fields | undefined) =>
      objectOf(objectOf(line?.["auth"])["metadata"])["aws_principal_arn"];

    it("is verified with STS and is in the audit line (F10)", async () => {
      expect(await order("generate-root")).toMatch(/^hvs\./);
      expect(asked().slice(-2).map(operatorOf)).toEqual([
        expect.stringMatching(`^${ARN}`),
        expect.stringMatching(`^${ARN}`),
      ]);
    });

    it("is refused with a signature whose secret is wrong, and that is recorded", async () => {
      const wrong = { ...ADMIN_1, secretAccessKey: "guessed" };
      await expect(order("generate-root", wrong)).rejects.toThrow("received error code 403 from STS");
      expect(asked().at(-1)).toMatchObject({ type: "response", error: expect.stringContaining("403") });
    });

    it("is refused with a signature made for another order or another function", async () => {
      const keys = { region: "us-east-1", credentials: ADMIN_1 };
      for (const identity of [
        await signOrder("unseal", "system", keys),
        await signOrder("generate-root", "other", keys),
      ]) {
        const { result } = await built.deployment.functions.system.invoke({ zeroth: "generate-root", identity });
        expect(result).toEqual({ errors: [expect.stringContaining("X-Vault-AWS-IAM-Server-ID")] });
      }
    });

    describe("where a deployment names its operators", () => {
      const start = async (operators: readonly string[]) =>
        startFunction(built.deployment.entryOf("system"), {
          ...built.deployment.environmentOf("system"),
          ZEROTH_OPERATORS: JSON.stringify(operators),
        });
      const give = async (operators: readonly string[], credentials: typeof ADMIN_1 | undefined) => {
        const named = await start(operators);
        const keys = { region: "us-east-1", credentials: credentials ?? ADMIN_1 };
        const identity = await signOrder("generate-root", "system", keys);
        const { result } = await named.invoke({ zeroth: "generate-root", ...(credentials ? { identity } : {}) });
        const lines = auditLines(named.output());
        await named.stop();
        return { result: objectOf(result), lines };
      };

      it("is held against the list", async () => {
        const { result } = await give([`${ARN}*`], ADMIN_1);
        expect(result["root_token"]).toMatch(/^hvs\./);
      });

      it("is refused when it is not in the list, and the refusal names it", async () => {
        const { result, lines } = await give(["arn:aws:iam::111122223333:role/break-glass"], ADMIN_1);

        expect(result).toEqual({ errors: [expect.stringContaining("is not one of the operators")] });
        expect(lines.map(operatorOf)).toEqual([expect.stringMatching(`^${ARN}`), expect.stringMatching(`^${ARN}`)]);
      });

      it("must come with the order", async () => {
        const { result } = await give([`${ARN}*`], undefined);
        expect(result).toEqual({ errors: [expect.stringContaining("zeroth operator")] });
      });
    });
  });
};
