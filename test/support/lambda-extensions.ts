import { createServer, type ServerResponse } from "node:http";
import { onLoopback } from "./loopback.ts";

/** Lambda's API for extensions, as AWS documents it, driven by a test. */
export interface LambdaExtensions {
  /** What `AWS_LAMBDA_RUNTIME_API` holds. */
  readonly api: string;
  readonly registered: readonly { readonly name: string; readonly events: readonly string[] }[];
  readonly failures: readonly { readonly when: string; readonly type: string; readonly message: string }[];
  /** Settles when the extension asks for its next event for the n-th time: Lambda may freeze it from then on. */
  asked(times: number): Promise<void>;
  invoke(): void;
  shutdown(): void;
  close(): Promise<void>;
}

const IDENTIFIER = "0a1b2c3d-0000-4000-8000-000000000001";

/** `onRegister` runs when an extension registers itself: Lambda may load the function's code from then on. */
export const startLambdaExtensions = async (onRegister: () => void = () => undefined): Promise<LambdaExtensions> => {
  const registered: { name: string; events: string[] }[] = [];
  const failures: { when: string; type: string; message: string }[] = [];
  const waiting: { readonly times: number; readonly done: () => void }[] = [];
  const events: object[] = [];
  let questions = 0;
  let open: ServerResponse | undefined;

  const answer = (): void => {
    const event = open === undefined ? undefined : events.shift();
    if (event === undefined) return;
    open?.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(event));
    open = undefined;
  };
  const push = (event: object): void => {
    events.push({ deadlineMs: Date.now() + 2000, ...event });
    answer();
  };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => {
      text += String(piece);
    });
    request.on("end", () => {
      const path = (request.url ?? "").replace("/2020-01-01/extension", "");
      const known = request.headers["lambda-extension-identifier"] === IDENTIFIER;
      if (path === "/register") {
        onRegister();
        registered.push({ name: String(request.headers["lambda-extension-name"]), ...JSON.parse(text) });
        const body = { functionName: "orders", functionVersion: "$LATEST", handler: "index.handler" };
        return response.writeHead(200, { "Lambda-Extension-Identifier": IDENTIFIER }).end(JSON.stringify(body));
      }
      if (!known) return response.writeHead(403).end("{}");
      if (path === "/event/next") {
        questions += 1;
        open = response;
        for (const { times, done } of waiting) if (times <= questions) done();
        return answer();
      }
      const type = String(request.headers["lambda-extension-function-error-type"]);
      failures.push({ when: path.split("/")[1] ?? "", type, message: JSON.parse(text).errorMessage });
      return response.writeHead(202).end('{"status":"OK"}');
    });
  });
  const { port, close } = await onLoopback(server);
  return {
    api: `127.0.0.1:${port}`,
    registered,
    failures,
    asked: (times) => (questions >= times ? Promise.resolve() : new Promise((done) => waiting.push({ times, done }))),
    invoke: () => push({ eventType: "INVOKE", requestId: "r", invokedFunctionArn: "arn:aws:lambda:::function:orders" }),
    shutdown: () => push({ eventType: "SHUTDOWN", shutdownReason: "spindown" }),
    close,
  };
};
