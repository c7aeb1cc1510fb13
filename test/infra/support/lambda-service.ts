import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Invocation } from "./lambda-worker.ts";

/** Lambda's Invoke in a few lines: `POST /2015-03-31/functions/<name>/invocations` calls what the test gives. */

export interface LambdaService {
  readonly url: string;
  readonly invoked: { readonly name: string; readonly event: unknown }[];
  close(): Promise<void>;
}

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** `invoke` answers what the function answered, a status (429, 413 …) for Lambda's own refusals, or throws. */
export const startLambdaService = async (
  invoke: (name: string, event: unknown) => Promise<Invocation | number>,
): Promise<LambdaService> => {
  const invoked: LambdaService["invoked"][number][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [, name = ""] = PATH.exec(request.url ?? "") ?? [];
      const event: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const answer = async () => {
        invoked.push({ name: decodeURIComponent(name), event });
        const made = await invoke(decodeURIComponent(name), event);
        if (typeof made === "number") {
          const type = made === 413 ? "RequestTooLargeException" : "TooManyRequestsException";
          response.writeHead(made, { "x-amzn-errortype": type, "content-type": "application/json" });
          response.end(JSON.stringify({ Type: "User", message: "refused" }));
          return;
        }
        const failed = made.failure ? { "x-amz-function-error": "Unhandled" } : {};
        response.writeHead(200, { "content-type": "application/json", ...failed });
        response.end(JSON.stringify(made.failure ?? made.result ?? null));
      };
      answer().catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    invoked,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
};
