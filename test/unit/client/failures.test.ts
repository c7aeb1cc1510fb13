import { createServer as createTcp, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  CallRefused,
  type ClientSettings,
  ConnectionError,
  createClient,
  ResponseError,
  SettingsError,
} from "../../../src/client/index.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import { json, type Line, scripted } from "./scripted-server.ts";

const CANARY = "hvs.CANARYCANARYCANARYCANARY";
const SECRET = "canary-secret-id-0123456789";

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const NO_RETRY = { retries: 0, minWait: 0, maxWait: 0 };

const ask = async (lines: readonly Line[], settings?: Partial<ClientSettings>): Promise<unknown> => {
  const made = await scripted(lines, { retry: NO_RETRY, ...settings });
  open.push(made);
  return made.client
    .call({ method: "PUT", path: "auth/approle/login", token: new Sensitive(CANARY), body: { secret_id: SECRET } })
    .catch((cause: unknown) => cause);
};

/** What a listening socket does with a connection. */
const rawServer = async (talk: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server: Server = createTcp((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    talk(socket);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push({
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
};

const read = (address: string, settings: Partial<ClientSettings> = {}): Promise<unknown> => {
  const client = createClient({ address, retry: NO_RETRY, ...settings });
  open.push(client);
  return client
    .call({ method: "GET", path: "secret/app", token: new Sensitive(CANARY) })
    .catch((cause: unknown) => cause);
};

describe("a gateway that answers in the server's place", () => {
  test.each([
    ['{"message":"Forbidden"}', "Forbidden"],
    ['{"Message":"User is not authorized"}', "User is not authorized"],
    ["<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>", "502 Bad Gateway"],
    ["upstream connect error", "upstream connect error"],
  ])("is told in its own words: %s", async (body, words) => {
    const refused = await ask([(response) => response.writeHead(403).end(body)]);
    expect(refused).toBeInstanceOf(ResponseError);
    expect(refused).toMatchObject({ status: 403, errors: [words] });
    expect(String(refused)).toContain(`Code: 403. Raw Message:\n\n${words}`);
  });

  test("with a page that is too long for a message is cut", async () => {
    const refused = await ask([(response) => response.writeHead(400).end("x".repeat(100_000))]);
    expect(String(refused).length).toBeLessThan(1000);
  });

  test.each(["<html>Welcome</html>", "[]", "7", '"text"', "{", '{"data":'.repeat(600), "\u0000"])(
    "with success that is not Vault's does not count as an answer: %#",
    async (body) => {
      const refused = await ask([(response) => response.end(body)]);
      expect(refused).toBeInstanceOf(ConnectionError);
      expect(refused).toMatchObject({ reason: "the answer is not Vault's JSON" });
    },
  );
});

describe("a server that does not finish", () => {
  test("with its head is given up when a try's time is over", async () => {
    const address = await rawServer(() => undefined);
    expect(await read(address, { timeout: 30 })).toMatchObject({ reason: "timed out" });
  });

  test("with its body is given up at the same time", async () => {
    const address = await rawServer((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"));
    expect(await read(address, { timeout: 30 })).toMatchObject({ reason: "timed out" });
  });

  test("and hangs up in the middle of its body gave no answer", async () => {
    const address = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"));
    expect(await read(address)).toMatchObject({ reason: "the answer broke off", passing: true });
  });

  test("and hangs up in the middle of a chunk gave no answer", async () => {
    const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    const address = await rawServer((socket) => socket.end(`${head}9\r\n{}`));
    expect(await read(address)).toMatchObject({ reason: "the answer broke off" });
  });

  test("and hangs up before its head", async () => {
    const address = await rawServer((socket) => socket.once("data", () => socket.destroy()));
    expect(await read(address)).toMatchObject({ reason: "the server closed the connection", passing: true });
  });
});

test.each(["SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 abc\r\n\r\n", "\u0016\u0003\u0001"])(
  "what is not HTTP does not count as an answer: %j",
  async (greeting) => {
    const address = await rawServer((socket) => socket.end(greeting));
    expect(await read(address)).toBeInstanceOf(ConnectionError);
  },
);

test("an endless answer is cut off at its limit", async () => {
  const piece = Buffer.alloc(1024 * 1024, " ");
  let sent = 0;
  const endless: Line = (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(piece)) sent += 1;
    };
    response.on("drain", more).on("error", () => undefined);
    more();
  };
  expect(await ask([endless])).toMatchObject({
    reason: expect.stringMatching(/^the answer is longer than 67108864 bytes/),
  });
  expect(sent).toBeLessThan(100);
});

test("endless headers do not count as an answer", async () => {
  const address = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(100_000)}\r\n\r\n`));
  expect(await read(address)).toMatchObject({ reason: "the answer's headers are too long" });
});

test("a redirect that leads back to itself is followed once", async () => {
  const made = await scripted([(response) => response.writeHead(307, { location: "/v1/again" }).end()]);
  open.push(made);
  const refused = await made.client.call({ method: "GET", path: "again" }).catch((cause: unknown) => cause);
  expect(refused).toMatchObject({ reason: "it redirects twice" });
  expect(made.seen).toHaveLength(2);
});

test("no redirect is followed where they are turned off", async () => {
  const refused = await ask([(response) => response.writeHead(307, { location: "/v1/x" }).end()], { redirects: false });
  expect(refused).toMatchObject({ reason: "it redirects, and redirects are turned off" });
});

test.each([
  ["", "the path is empty"],
  ["secret/../sys/seal", "the path holds a segment of dots"],
  ["secret/./app", "the path holds a segment of dots"],
  ["secret/\ud800", "the path holds half of a character"],
])("a path that cannot be sent is refused here: %j", async (path, reason) => {
  const { client, seen, close } = await scripted([json(200, {})]);
  open.push({ close });
  await expect(client.call({ method: "GET", path })).rejects.toThrow(new CallRefused(reason));
  expect(seen).toEqual([]);
});

test.each(["hvs.a\nX-Evil: 1", "hvs.\u0000", "hvs.ü"])(
  "a token that no header can hold is refused without being shown",
  async (token) => {
    const { client, close } = await scripted([json(200, {})]);
    open.push({ close });
    await expect(client.call({ method: "GET", path: "x", token: new Sensitive(token) })).rejects.toThrow(
      new CallRefused("configured Vault token contains non-printable characters and cannot be used"),
    );
    await expect(client.call({ method: "GET", path: "x", namespace: `a\r\nx-evil: ${CANARY}` })).rejects.toThrow(
      new CallRefused("a header or the path holds characters that cannot be sent"),
    );
  },
);

test.each([
  ["ftp://host", /expected https, http or unix/],
  ["host:8200", /expected https/],
  ["", /cannot be read/],
  [`https://user:${SECRET}@host`, /user name or password/],
  ["https://host?x=1", /query or a fragment/],
  ["unix://", /no socket/],
])("an address that leads nowhere is refused: %s", (address, words) => {
  expect(() => createClient({ address })).toThrow(SettingsError);
  expect(() => createClient({ address })).toThrow(words);
  expect(() => createClient({ address })).not.toThrow(SECRET);
});

describe("no error shows what was sent as a secret", () => {
  test("when the server repeats it", async () => {
    const repeat: Line = (response, seen) => {
      const token = String(seen.headers["x-vault-token"]);
      response.writeHead(400).end(JSON.stringify({ errors: [`bad token ${token}`, `bad body ${seen.body}`] }));
    };
    const refused = await ask([repeat]);
    expect(refused).toMatchObject({ errors: ["bad token [redacted]", 'bad body {"secret_id":"[redacted]"}'] });
    expect(`${refused}${JSON.stringify(refused)}`).not.toMatch(/CANARY|canary/);
  });

  test("when it is in the path", async () => {
    const { client, close } = await scripted([json(403, { errors: ["no"] })]);
    open.push({ close });
    const refused = await client
      .call({ method: "GET", path: `auth/token/lookup/${CANARY}`, query: { code: SECRET } })
      .catch((cause: unknown) => cause);
    expect(String(refused)).toContain("/v1/auth/token/lookup/[redacted]\n");
    expect(String(refused)).not.toMatch(/CANARY|canary/);
  });

  test("whatever goes wrong, of what kind it may be", async () => {
    const kinds: readonly Line[] = [
      (response, { body }) => response.writeHead(500).end(`<p>${body}</p>`),
      (response, { headers }) => response.end(JSON.stringify(headers).slice(0, -1)),
      (response, { headers }) => response.writeHead(307, { location: `https://${headers["x-vault-token"]}/` }).end(),
      (response, { headers }) => response.writeHead(307, { location: `http:///${headers["x-vault-token"]}:x/` }).end(),
      (response) => response.destroy(),
    ];
    for (const kind of kinds) {
      const refused = await ask([kind]);
      expect(refused).toBeInstanceOf(Error);
      expect(`${refused}`).not.toMatch(/CANARY|canary/i);
    }
  });
});

test("whatever JSON a server writes, a call answers it or fails as an error of ours", async () => {
  let body = "";
  let status = 200;
  const { client, close } = await scripted([(response) => response.writeHead(status).end(body)], { retry: NO_RETRY });
  open.push({ close });
  const value = fc.jsonValue({ maxDepth: 3 });
  const member = fc.constantFrom(
    "data",
    "auth",
    "wrap_info",
    "warnings",
    "errors",
    "lease_duration",
    "renewable",
    "message",
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(member, value), fc.constantFrom(200, 204, 400, 404, 503), async (envelope, code) => {
      body = JSON.stringify(envelope);
      status = code;
      const outcome = await client.call({ method: "GET", path: "x" }).catch((cause: unknown) => cause);
      if (code < 400) expect(outcome).toMatchObject({ status: code });
      else expect(outcome).toBeInstanceOf(ResponseError);
    }),
    { numRuns: 100 },
  );
});
