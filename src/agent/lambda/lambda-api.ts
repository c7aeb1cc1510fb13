import { request } from "node:http";
import { AgentError } from "../contract.ts";

/**
 * Lambda's API for extensions: HTTP on a port inside the function's environment.
 * Source: AWS Lambda developer guide, "Using the Lambda Extensions API to create extensions".
 */

export interface LifeEvent {
  readonly kind: "invoke" | "shutdown";
  /** When it must be over. Milliseconds since the epoch. */
  readonly deadline: number;
}

export interface LambdaApi {
  /** Makes the extension known, by the name of its file in `/opt/extensions`. */
  register(name: string): Promise<void>;
  /** Says that the extension is ready, and waits for what comes next; Lambda may freeze the process meanwhile. */
  next(): Promise<LifeEvent>;
  /** Says why the extension cannot go on; `init` before the first `next`, `exit` after it. Never rejects. */
  failed(when: "init" | "exit", message: string): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly identifier: string;
  readonly body: string;
}

const ROOT = "/2020-01-01/extension";
const IDENTIFIER = "lambda-extension-identifier";

/** Without a time limit: the answer to `next` may come after days. */
const ask = (
  api: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: object,
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const [host, port] = api.split(":");
    const sent = request({ host, port, method, path: `${ROOT}${path}`, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", reject);
      response.on("end", () => {
        const identifier = response.headers[IDENTIFIER];
        resolve({ status: response.statusCode ?? 0, identifier: String(identifier ?? ""), body: text });
      });
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const readEvent = (text: string): LifeEvent => {
  const event: unknown = JSON.parse(text);
  const members = new Map<string, unknown>(Object.entries(typeof event === "object" && event !== null ? event : {}));
  return {
    kind: members.get("eventType") === "SHUTDOWN" ? "shutdown" : "invoke",
    deadline: Number(members.get("deadlineMs") ?? 0),
  };
};

/** `api`: `HOST:PORT`. Throws `AgentError` where Lambda refuses. */
export const createLambdaApi = (api: string): LambdaApi => {
  let identifier = "";
  const expect200 = (what: string, reply: Reply): Reply => {
    if (reply.status !== 200) throw new AgentError(`Lambda answered ${reply.status} to ${what}`);
    return reply;
  };
  return {
    register: async (name) => {
      const headers = { "lambda-extension-name": name, "content-type": "application/json" };
      const reply = await ask(api, "POST", "/register", headers, { events: ["INVOKE", "SHUTDOWN"] });
      identifier = expect200("the registration", reply).identifier;
    },
    next: async () => {
      const reply = await ask(api, "GET", "/event/next", { [IDENTIFIER]: identifier });
      return readEvent(expect200("the question for the next event", reply).body);
    },
    failed: async (when, message) => {
      const headers = {
        [IDENTIFIER]: identifier,
        "lambda-extension-function-error-type": when === "init" ? "Extension.InitFailed" : "Extension.Failed",
        "content-type": "application/json",
      };
      const body = { errorMessage: message, errorType: "AgentError", stackTrace: [] };
      await ask(api, "POST", `/${when}/error`, headers, body).catch(() => undefined);
    },
  };
};
