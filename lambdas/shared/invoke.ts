import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { once } from "../../src/std/once.ts";

/** One call of another function; the client is loaded with the first. Never repeated: the other may have worked. */
export type Invoke = (address: string, payload: Uint8Array, signal: AbortSignal) => Promise<InvokeCommandOutput>;

export const createInvoke = (region: string): Invoke => {
  const there = once(async () => {
    const { LambdaClient, InvokeCommand } = await import("./sdk/lambda.ts");
    const client = new LambdaClient({ region, maxAttempts: 1, requestHandler: { connectionTimeout: 500 } });
    return { client, InvokeCommand };
  });
  return async (address, payload, signal) => {
    const { client, InvokeCommand } = await there();
    return client.send(new InvokeCommand({ FunctionName: address, Payload: payload }), { abortSignal: signal });
  };
};
