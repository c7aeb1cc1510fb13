import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Answer } from "../../../client/index.ts";
import { randomText, systemRandom } from "../../../std/random.ts";
import { shown } from "../../../std/shown.ts";
import { holdingTimer } from "../../../std/timer.ts";
import { CommandFailure } from "../console.ts";
import { type Login, type LoginMethod, post, textOf } from "./method.ts";

/**
 * `zeroth login -method=oidc`: prints an address for a browser and waits on this machine for the provider to send the
 * browser back. What comes back is passed on to the server, which alone judges it; the random nonce of this command ties
 * it to this login.
 */

const LIMIT = 300_000;
const MOST_BYTES = 64 * 1024;

type Parameters = Readonly<Record<string, string>>;

const PAGE = (words: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Zeroth</title><p>${words} You may close this window.</p>`;

/** The body; `undefined`: it is too long, and the rest is not read. */
const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MOST_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
};

/** The parameters, by query or by form; none where the form is too long. */
const parametersOf = async (request: IncomingMessage): Promise<Parameters> => {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const form = request.method === "POST" ? await bodyOf(request) : "";
  return form === undefined ? {} : Object.fromEntries([...query, ...new URLSearchParams(form)]);
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", () =>
      reject(new CommandFailure(`cannot listen on ${host}:${port}: choose another with port=...`)),
    );
    server.listen(port, host, resolve);
  });

/** Any page can send a browser here, so what the provider seems to say is not in ours, and quoted at the terminal. */
const failureOf = ({ error, error_description }: Parameters): CommandFailure | undefined =>
  error === undefined ? undefined : new CommandFailure(`the provider refuses: ${shown(error_description ?? error)}`, 2);

/** The first request with a state, answered by what `finish` makes of it. */
const browserBack = (
  server: Server,
  path: string,
  finish: (parameters: Parameters) => Promise<Answer>,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const cancel = holdingTimer(LIMIT, () =>
      reject(new CommandFailure("nobody came back from the provider in time", 2)),
    );
    server.on("request", (request, response) => {
      const reply = (status: number, words: string): void => {
        response.writeHead(status, { "content-type": "text/html", connection: "close" }).end(PAGE(words));
      };
      if (new URL(request.url ?? "/", "http://localhost").pathname !== path) {
        reply(404, "There is nothing here.");
        return;
      }
      const work = async (): Promise<void> => {
        const parameters = await parametersOf(request);
        const failure = failureOf(parameters);
        if (failure === undefined && (parameters["state"] ?? "") === "") {
          reply(400, "This is not the end of a login.");
          return;
        }
        try {
          if (failure !== undefined) throw failure;
          const answer = await finish(parameters);
          reply(200, "Signed in.");
          resolve(answer);
        } catch (error) {
          reply(400, "Not signed in.");
          reject(error);
        } finally {
          cancel();
        }
      };
      work().catch(reject);
    });
  });

const redirectOf = (login: Login, port: string): string => {
  const scheme = textOf(login, "callbackmethod") ?? "http";
  const host = textOf(login, "callbackhost") ?? "localhost";
  return `${scheme}://${host}:${textOf(login, "callbackport") ?? port}/oidc/callback`;
};

export const loginWithBrowser: LoginMethod = async (login) => {
  const { session, console, mount } = login;
  const [host, port] = [textOf(login, "listenaddress") ?? "127.0.0.1", textOf(login, "port") ?? "8250"];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new CommandFailure("port must be a number up to 65535");
  const server = createServer();
  await listen(server, host, Number(port));
  try {
    const role = textOf(login, "role") ?? "";
    const redirect_uri = redirectOf(login, port);
    const nonce = randomText(systemRandom, 20);
    const asked = await post(login, "oidc/auth_url", { role, redirect_uri, client_nonce: nonce });
    const url = asked.secret?.data?.["auth_url"];
    if (typeof url !== "string" || url === "") {
      throw new CommandFailure(`Unable to authorize role "${role}" with redirect_uri "${redirect_uri}"`, 2);
    }
    console.err(
      `Complete the login via your OIDC provider. Open in a browser:\n\n    ${url}\n\n\nWaiting for OIDC authentication to complete...\n`,
    );
    return await browserBack(server, "/oidc/callback", ({ state = "", code = "", id_token = "" }) =>
      session.callAs(undefined, {
        method: "GET",
        path: `auth/${mount}/oidc/callback`,
        query: { state, code, id_token, client_nonce: nonce },
      }),
    );
  } finally {
    server.close();
    server.closeIdleConnections();
  }
};
