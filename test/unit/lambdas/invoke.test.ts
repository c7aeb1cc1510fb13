import { expect, it } from "@jest/globals";
import { fragile } from "../../support/fragile.ts";

const sent: unknown[] = [];
fragile("../../lambdas/shared/sdk/lambda.ts", {
  LambdaClient: class {
    async send({ input }: { readonly input: unknown }): Promise<object> {
      sent.push(input);
      return { StatusCode: 200 };
    }
  },
  InvokeCommand: class {
    readonly input: unknown;
    constructor(input: unknown) {
      this.input = input;
    }
  },
});

const { createInvoke } = await import("../../../lambdas/shared/invoke.ts");

it("the client that calls other functions is looked for again after it could not be loaded", async () => {
  const invoke = createInvoke("us-east-1");
  const call = () => invoke("peer", new Uint8Array([1]), new AbortController().signal);

  await expect(call()).rejects.toThrow("cannot load");
  expect(await call()).toMatchObject({ StatusCode: 200 });
  expect(sent).toEqual([{ FunctionName: "peer", Payload: new Uint8Array([1]) }]);
});
