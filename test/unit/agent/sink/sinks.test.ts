import { createDecipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { SinkConfig } from "../../../../src/agent/config/model.ts";
import type { Login, Part } from "../../../../src/agent/contract.ts";
import { createSinks } from "../../../../src/agent/sink/index.ts";
import type { Client } from "../../../../src/client/contract.ts";
import type { HclValue } from "../../../../src/hcl/hcl.ts";
import { answer, createScripted, refuse, type Script } from "../support/scripted.ts";
import { createTokens, createWorld } from "../support/world.ts";

const TOKEN = "hvs.canary-token";
const WRAP = "sys/wrapping/wrap";

let folder: string;
let mask: number;
const parts: Part[] = [];
beforeEach(() => {
  mask = process.umask(0o022);
  folder = fs.mkdtempSync(join(tmpdir(), "sink-"));
});
afterEach(async () => {
  for (const part of parts.splice(0)) await part.stop();
  process.umask(mask);
  fs.rmSync(folder, { recursive: true, force: true });
});

const text = (value: string): HclValue => ({ kind: "string", value });
const number = (value: number): HclValue => ({ kind: "number", value, text: String(value) });

const sink = (name: string, config: Record<string, HclValue> = {}, more: Partial<SinkConfig> = {}): SinkConfig => ({
  type: "file",
  wrapTtl: 0,
  config: new Map(Object.entries({ path: text(join(folder, name)), ...config })),
  ...more,
});

const wrapping: Script = (_call, count) =>
  answer(null, {
    wrap_info: {
      token: `hvs.wrapping-${count}`,
      accessor: "accessor",
      ttl: 300,
      creation_time: "2026-01-01T00:00:00.5Z",
      creation_path: WRAP,
    },
  });

const start = async (configs: readonly SinkConfig[], script: Script = wrapping, env: Record<string, string> = {}) => {
  const world = createWorld(env);
  const server = createScripted(script);
  const tokens = createTokens();
  const sinks = await createSinks(configs, world.surroundings, server.client);
  const part = sinks.start(tokens);
  parts.push(part);
  const state = { ready: false };
  void part.ready.then(() => {
    state.ready = true;
  });
  return { world, server, tokens, part, state };
};

const content = (name: string): string => fs.readFileSync(join(folder, name), "utf8");
const modeOf = (name: string): number => fs.statSync(join(folder, name)).mode & 0o7777;

describe("a file sink", () => {
  it("holds the token without a newline, with mode 0640 unless told, and the newest one", async () => {
    const { world, tokens, state } = await start([sink("plain"), sink("own", { mode: number(0o600) })]);
    expect(fs.readdirSync(folder)).toEqual([]);
    tokens.give(TOKEN);
    await world.until(() => state.ready);
    expect([content("plain"), modeOf("plain"), modeOf("own")]).toEqual([TOKEN, 0o640, 0o600]);
    tokens.give("hvs.second");
    await world.until(() => content("plain") === "hvs.second" && content("own") === "hvs.second");
    expect(fs.readdirSync(folder).sort()).toEqual(["own", "plain"]);
    expect(world.log()).not.toContain("hvs.");
  });

  it("is subject to the umask", async () => {
    const { world, tokens, state } = await start([sink("wide", { mode: number(0o666) })]);
    tokens.give(TOKEN);
    await world.until(() => state.ready);
    expect(modeOf("wide")).toBe(0o644);
  });

  it("takes away what an agent that was killed left of this file", async () => {
    fs.writeFileSync(join(folder, "plain.tmp.0123abcd"), TOKEN);
    fs.writeFileSync(join(folder, "other.tmp.0123abcd"), "x");
    await start([sink("plain")]);
    expect(fs.readdirSync(folder)).toEqual(["other.tmp.0123abcd"]);
  });

  it.each([
    ["'path' not specified for file sink", { path: text("") }],
    ["could not parse 'path' as string", { path: number(1) }],
    ["could not parse 'mode' as integer", { mode: text("abc") }],
    ["could not parse 'mode' as integer", { mode: number(1.5) }],
    [
      "'mode' must lie between 0 and 0777: 640 is 1200 in octal; write 0640 in HCL, and 416 in JSON",
      { mode: number(640) },
    ],
    ["'mode' must lie between 0 and 0777", { mode: number(-1) }],
    ["could not parse 'uid' as integer", { uid: text("root") }],
    ["'gid' must be -1 or the number of an owner", { gid: number(-2) }],
  ] as [string, Record<string, HclValue>][])("is refused: %s", async (message, config) => {
    await expect(start([sink("x", config)])).rejects.toThrow(`error creating file sink: ${message}`);
  });

  it("is refused without a path, without its folder, and where a folder has its name", async () => {
    const none: SinkConfig = { type: "file", wrapTtl: 0, config: new Map() };
    await expect(start([none])).rejects.toThrow("error creating file sink: 'path' not specified for file sink");
    await expect(start([sink("none/x")])).rejects.toThrow(
      "error creating file sink: error during write check: open folder",
    );
    fs.mkdirSync(join(folder, "dir"));
    await expect(start([sink("dir")])).rejects.toThrow(/error during write check: .* is a folder/);
  });

  it("of another type is unknown", async () => {
    await expect(start([sink("x", {}, { type: "socket" })])).rejects.toThrow('Unknown sink type "socket"');
  });
});

describe("a sink that cannot be written", () => {
  it("is tried again after one to three seconds, alone, and says what is wrong", async () => {
    fs.mkdirSync(join(folder, "going"));
    const { world, tokens, state } = await start([sink("going/token"), sink("staying")]);
    fs.rmdirSync(join(folder, "going"));
    tokens.give(TOKEN);
    const failures = () => world.lines.filter(({ level }) => level === "error").length;
    await world.until(() => failures() === 3 && fs.existsSync(join(folder, "staying")));
    expect([content("staying"), state.ready]).toEqual([TOKEN, false]);
    const [line] = world.lines.filter(({ level }) => level === "error");
    expect(line).toEqual({
      level: "error",
      message: "error returned by sink function, retrying",
      fields: {
        path: join(folder, "going/token"),
        error: `open folder ${folder}/going: no such file or directory`,
        backoff: "2s",
      },
    });
    fs.mkdirSync(join(folder, "going"));
    await world.until(() => state.ready);
    expect(content("going/token")).toBe(TOKEN);
    expect(world.now()).toBeGreaterThanOrEqual(3000);
    expect(world.now()).toBeLessThanOrEqual(12_000);
  });

  it("gets the newest token when it can be written again, never an older one", async () => {
    fs.mkdirSync(join(folder, "going"));
    const { world, tokens, state } = await start([sink("going/token")]);
    fs.rmdirSync(join(folder, "going"));
    tokens.give("hvs.first");
    await world.until(() => world.lines.some(({ level }) => level === "error"));
    fs.mkdirSync(join(folder, "going"));
    tokens.give("hvs.second");
    await world.until(() => state.ready);
    expect(content("going/token")).toBe("hvs.second");
    await world.pass(10_000);
    expect(content("going/token")).toBe("hvs.second");
  });

  it("ends when it is told, without a timer left", async () => {
    fs.mkdirSync(join(folder, "going"));
    const { world, tokens, part } = await start([sink("going/token")]);
    fs.rmdirSync(join(folder, "going"));
    tokens.give(TOKEN);
    await world.until(() => world.lines.some(({ level }) => level === "error"));
    await part.stop();
    expect([world.timers(), await part.ended]).toEqual([0, undefined]);
  });
});

describe("a wrapping sink", () => {
  it("holds one line with Vault's keys in Vault's order", async () => {
    const { world, server, tokens, state } = await start([sink("wrapped", {}, { wrapTtl: 300 })]);
    tokens.give(TOKEN);
    await world.until(() => state.ready);
    expect(content("wrapped")).toBe(
      '{"token":"hvs.wrapping-1","accessor":"accessor","ttl":300,"creation_time":"2026-01-01T00:00:00.5Z","creation_path":"sys/wrapping/wrap","wrapped_accessor":""}\n',
    );
    expect(server.asked).toEqual([{ method: "PUT", path: WRAP, body: { token: TOKEN }, token: TOKEN, query: {} }]);
    expect(world.log()).not.toContain("hvs.");
  });

  it("uses a wrapping token again for the tries in the first half of its life, and then makes another", async () => {
    fs.mkdirSync(join(folder, "going"));
    const { world, server, tokens, state } = await start([sink("going/token", {}, { wrapTtl: 60 })]);
    fs.rmdirSync(join(folder, "going"));
    tokens.give(TOKEN);
    await world.until(() => server.asked.length === 2);
    expect(world.now()).toBeGreaterThanOrEqual(30_000);
    expect(world.now()).toBeLessThan(33_000);
    fs.mkdirSync(join(folder, "going"));
    await world.until(() => state.ready);
    expect(content("going/token")).toContain("hvs.wrapping-2");
  });

  it("is tried again where the server refuses or says nothing", async () => {
    const script: Script = (call, count) => {
      if (count === 1) return refuse(503, "down");
      return count === 2 ? answer(null) : wrapping(call, count);
    };
    const { world, tokens, state } = await start([sink("wrapped", {}, { wrapTtl: 60 })], script);
    tokens.give(TOKEN);
    await world.until(() => state.ready);
    expect(content("wrapped")).toContain("hvs.wrapping-3");
  });

  it("raises a doubt where the server does not know the token, and only then", async () => {
    for (const errors of [["permission denied", "invalid token"], ["permission denied"]]) {
      const world = createWorld();
      const server = createScripted(() => refuse(403, ...errors));
      const sinks = await createSinks([sink("w", {}, { wrapTtl: 60 })], world.surroundings, server.client);
      let doubts = 0;
      const tokens = createTokens();
      const doubt = () => {
        doubts += 1;
      };
      parts.push(sinks.start({ ...tokens, doubt }));
      tokens.give(TOKEN);
      await world.until(() => server.asked.length === 2);
      expect(doubts).toBe(errors.length === 2 ? 2 : 0);
    }
  });

  it("does not wait for a server that hangs when a newer token is there or the agent ends", async () => {
    const script: Script = (call, count) => (count === 2 ? wrapping(call, count) : new Promise(() => undefined));
    const { world, server, tokens, part } = await start([sink("wrapped", {}, { wrapTtl: 60 })], script);
    tokens.give(TOKEN);
    await world.until(() => server.count(WRAP) === 1);
    tokens.give("hvs.second");
    await world.until(() => fs.existsSync(join(folder, "wrapped")));
    tokens.give("hvs.third");
    await world.until(() => server.count(WRAP) === 3);
    let stopped = false;
    void part.stop().then(() => {
      stopped = true;
    });
    await world.until(() => stopped);
    expect(content("wrapped")).toContain("hvs.wrapping-2");
    expect(world.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("leaves waiting and trying again to the sink, which says each time what failed", async () => {
    const retries: unknown[] = [];
    const world = createWorld();
    const server = createScripted(() => refuse(503, "down"));
    const client: Client = {
      ...server.client,
      call: (call) => {
        retries.push(call.retry?.retries);
        return server.client.call(call);
      },
    };
    const tokens = createTokens();
    parts.push((await createSinks([sink("w", {}, { wrapTtl: 60 })], world.surroundings, client)).start(tokens));
    tokens.give(TOKEN);
    await world.until(() => retries.length === 3);
    expect(retries).toEqual([0, 0, 0]);
    expect(world.now()).toBeLessThanOrEqual(6000);
  });

  it("holds the login's own wrapping as it came", async () => {
    const world = createWorld();
    const login: Login = {
      kind: "wrapped",
      wrapInfo: {
        token: "hvs.w",
        accessor: "a",
        ttl: 240,
        creation_time: "t",
        creation_path: "auth/approle/login",
        wrapped_accessor: "b",
      },
    };
    const sinks = await createSinks([sink("w")], world.surroundings, createScripted(() => undefined).client);
    const part = sinks.start({
      current: () => login,
      subscribe: (listener) => {
        listener(login);
        return () => undefined;
      },
    });
    parts.push(part);
    await part.ready;
    expect(content("w")).toBe(
      '{"token":"hvs.w","accessor":"a","ttl":240,"creation_time":"t","creation_path":"auth/approle/login","wrapped_accessor":"b"}\n',
    );
  });
});

describe("an encrypting sink", () => {
  const client = generateKeyPairSync("x25519");
  const prefix = Buffer.from("302a300506032b656e032100", "hex");
  const raw = client.publicKey.export({ format: "der", type: "spki" }).subarray(prefix.length);
  const keyFile = (): string => join(folder, "client-key.json");
  const writeKey = (key: string): void => fs.writeFileSync(keyFile(), JSON.stringify({ curve25519_public_key: key }));

  /** As a consumer does it. */
  const open = (name: string, derive: boolean, aad = ""): string => {
    const envelope: Record<string, string> = JSON.parse(content(name));
    const part = (key: string): Buffer => Buffer.from(envelope[key] ?? "", "base64");
    const theirs = part("curve25519_public_key");
    const publicKey = createPublicKey({ key: Buffer.concat([prefix, theirs]), format: "der", type: "spki" });
    const shared = diffieHellman({ privateKey: client.privateKey, publicKey });
    const [low = raw, high = raw] = [raw, theirs].sort(Buffer.compare);
    const key = derive ? Buffer.from(hkdfSync("sha256", shared, low, high, 32)) : shared;
    const sealed = part("encrypted_payload");
    const decipher = createDecipheriv("aes-256-gcm", key, part("nonce")).setAAD(Buffer.from(aad));
    decipher.setAuthTag(sealed.subarray(-16));
    return decipher.update(sealed.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
  };
  const encrypting = (more: Partial<NonNullable<SinkConfig["encryption"]>> = {}): Partial<SinkConfig> => ({
    encryption: { publicKeyFile: keyFile(), deriveKey: false, ...more },
  });

  it("opens for the holder of the private key, with derived keys and with additional data", async () => {
    writeKey(raw.toString("base64"));
    const { world, tokens, state } = await start(
      [
        sink("plain", {}, encrypting()),
        sink("derived", {}, encrypting({ deriveKey: true })),
        sink("aad", {}, encrypting({ deriveKey: true, aad: "for-web" })),
        sink("env", {}, encrypting({ aad: "overruled", aadVariable: "AAD" })),
        sink("wrapped", {}, { ...encrypting(), wrapTtl: 60 }),
      ],
      wrapping,
      { AAD: "from-environment" },
    );
    tokens.give(TOKEN);
    await world.until(() => state.ready);
    expect(Object.keys(JSON.parse(content("plain")))).toEqual(["curve25519_public_key", "nonce", "encrypted_payload"]);
    expect(content("plain").endsWith('"}\n')).toBe(true);
    expect([open("plain", false), open("derived", true), open("aad", true, "for-web")]).toEqual([TOKEN, TOKEN, TOKEN]);
    expect(open("env", false, "from-environment")).toBe(TOKEN);
    expect(open("wrapped", false)).toMatch(/^{"token":"hvs.wrapping-1",.*}\n$/);
    expect(() => open("aad", true, "for-mail")).toThrow();
    const names = ["plain", "derived", "aad", "env", "wrapped"];
    const keys = names.map((name): unknown => JSON.parse(content(name)).curve25519_public_key);
    expect(new Set(keys).size).toBe(5);
    for (const name of names) expect(content(name)).not.toContain(TOKEN);
  });

  it("keeps its own key and the first public key it read", async () => {
    writeKey(raw.toString("base64"));
    const { world, tokens, state } = await start([sink("x", {}, encrypting())]);
    tokens.give(TOKEN);
    await world.until(() => state.ready);
    const first: string = JSON.parse(content("x")).curve25519_public_key;
    writeKey(Buffer.alloc(32, 9).toString("base64"));
    tokens.give("hvs.second");
    await world.until(() => open("x", false) === "hvs.second");
    expect(JSON.parse(content("x")).curve25519_public_key).toBe(first);
  });

  it("waits for the public key", async () => {
    const { world, tokens, state } = await start([sink("x", {}, encrypting())]);
    tokens.give(TOKEN);
    await world.until(() => world.log().includes("no dh parameters file found, and no cached pub key"));
    writeKey(raw.toString("base64"));
    await world.until(() => state.ready);
    expect(open("x", false)).toBe(TOKEN);
  });

  it.each([
    ["no JSON", 'canary{"', "has no base64 text"],
    ["no key", "{}", "has no base64 text"],
    ["no base64", '{"curve25519_public_key":"canary!"}', "has no base64 text"],
    ["a short key", '{"curve25519_public_key":"AAAA"}', "it has 3 bytes instead of 32"],
    [
      "a key that gives everybody the same secret",
      `{"curve25519_public_key":"${Buffer.alloc(32).toString("base64")}"}`,
      "cannot be used",
    ],
  ])("never writes in the clear where the public key's file has %s", async (_what, written, message) => {
    fs.writeFileSync(keyFile(), written);
    const { world, tokens, state } = await start([sink("x", {}, encrypting())]);
    tokens.give(TOKEN);
    await world.until(() => world.log().includes(message));
    expect([state.ready, fs.existsSync(join(folder, "x")), world.log().includes("canary")]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("is refused at the start where the variable for its additional data is not set", async () => {
    await expect(start([sink("x", {}, encrypting({ aadVariable: "SUITE_NO_SUCH" }))])).rejects.toThrow(
      "error creating file sink: aad_env_var names SUITE_NO_SUCH, which is not set in the environment",
    );
  });
});
