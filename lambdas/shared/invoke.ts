import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";

/** One call of another function; the client is loaded with the first. Never repeated: the other may have worked. */
export type Invoke = (address: string, payload: Uint8Array, signal: AbortSignal) => Promise<InvokeCommandOutput>;

export const createInvoke = (region: string): Invoke => {
  const load = async () => {
    const { LambdaClient, InvokeCommand } = await import("./sdk/lambda.ts");
    const client = new LambdaClient({ region, maxAttempts: 1, requestHandler: { connectionTimeout: 500 } });
    return { client, InvokeCommand };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return async (address, payload, signal) => {
    loaded ??= load();
    const { client, InvokeCommand } = await loaded;
    return client.send(new InvokeCommand({ FunctionName: address, Payload: payload }), { abortSignal: signal });
  };
};
