import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createMethod, type Method } from "../../../../src/agent/auth/index.ts";
import type { Secret } from "../../../../src/client/contract.ts";
import { answer, createScripted, refuse, type Script } from "../support/scripted.ts";
import { createWorld } from "../support/world.ts";
import { readConfig } from "./support.ts";

const CANARY = "canary-7f3a";

let root: string;
let folder: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), "method-"));
  folder = join(root, "etc");
  fs.mkdirSync(folder);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  fs.writeFileSync(file(name), content);
  return file(name);
};

/** A method from the text of its block. */
const make = (type: string, config: string | undefined, more = "", script: Script = () => refuse(500, "not asked")) => {
  const world = createWorld();
  const server = createScripted(script);
  const method = createMethod(readConfig(type, config, more), {
    vault: { address: "http://127.0.0.1:1", tls: {}, retries: 0 },
    surroundings: world.surroundings,
  });
  return { world, server, method, send: () => method.authenticate(server.client) };
};

const refused = (type: string, config: string | undefined): string => {
  try {
    make(type, config);
    return "accepted";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
};

const failure = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "succeeded",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );

describe("a configuration that lacks something", () => {
  it.each([
    ["nope", "a = 1", 'unknown auth method "nope"'],
    ["approle", undefined, "empty config data"],
    ["approle", "", "missing 'role_id_file_path' value"],
    ["approle", 'role_id_file_path = ""', "'role_id_file_path' value is empty"],
    ["approle", "role_id_file_path = 5", "could not convert 'role_id_file_path' config value to string"],
    [
      "approle",
      'role_id_file_path = "/x" secret_id_file_path = true',
      "could not convert 'secret_id_file_path' config value to string",
    ],
    [
      "approle",
      'role_id_file_path = "/x" secret_id_file_path = "/y" secret_id_response_wrapping_path = ""',
      "'secret_id_response_wrapping_path' value is empty",
    ],
    [
      "approle",
      'role_id_file_path = "/x" secret_id_file_path = "/y" remove_secret_id_file_after_reading = "perhaps"',
      "error parsing 'remove_secret_id_file_after_reading' value: it is neither true nor false",
    ],
    ["kubernetes", undefined, "empty config data"],
    ["kubernetes", "", "missing 'role' value"],
    ["kubernetes", 'role = ""', "'role' value is empty"],
    ["kubernetes", 'role = "r" token_path = 1', "could not convert 'token_path' config value to string"],
    ["jwt", 'path = "/x"', "missing 'role' value"],
    ["jwt", 'role = "x"', "missing 'path' value"],
    ["jwt", 'role = "x" path = ""', "'path' value is empty"],
    ["jwt", 'role = "" path = "/x"', "'role' value is empty"],
    [
      "jwt",
      'role = "r" path = "/x" jwt_read_period = "soon"',
      "error parsing 'jwt_read_period' value into a positive value",
    ],
    [
      "jwt",
      'role = "r" path = "/x" jwt_read_period = 0',
      "error parsing 'jwt_read_period' value into a positive value",
    ],
    ["ldap", 'username = "ann"', "missing 'password_file_path' value"],
    ["ldap", 'password_file_path = "/x"', "missing 'username' value"],
    ["ldap", 'username = "" password_file_path = "/x"', "'username' value is empty"],
    ["userpass", 'username = "ann" password_file_path = ""', "'password_file_path' value is empty"],
    ["token_file", "", "missing 'token_file_path' value"],
    ["token_file", 'token_file_path = ""', "'token_file_path' value is empty"],
    ["cert", "name = 1", "could not convert 'name' config value to string"],
    ["cert", 'reload = "yes"', "could not convert 'reload' config value to bool"],
    ["cert", 'client_cert = "/x"', "'client_cert' and 'client_key' must be specified together"],
    ["aws", undefined, "empty config data"],
    ["aws", 'role = "r"', "missing 'type' value"],
    ["aws", 'type = "iam"', "missing 'role' value"],
    ["aws", 'type = "iam" role = ""', "'role' value is empty"],
    ["aws", 'type = "" role = "r"', "'type' value is empty"],
    ["aws", 'type = "nope" role = "r"', "'type' value is invalid"],
    ["aws", "type = 1", "could not convert 'type' config value to string"],
    ["aws", 'type = "iam" role = "r" access_key = 1', "could not convert 'access_key' value into string"],
    ["aws", 'type = "iam" role = "r" access_key = "AKIA"', "'access_key' and 'secret_key' must be specified together"],
    [
      "aws",
      'type = "iam" role = "r" credential_poll_interval = "1m"',
      "could not convert 'credential_poll_interval' into int",
    ],
    ["aws", 'type = "iam" role = "r" credential_poll_interval = 0', "'credential_poll_interval' must be at least 1"],
    [
      "aws",
      'type = "iam" role = "r" region = "evil.example/"',
      "'region' value is invalid: \"evil.example/\" is not the name of a region",
    ],
  ])("of %s (%s) says: %s", (type, config, message) => {
    expect(refused(type, config)).toBe(`Error creating ${type} auth method: ${message}`);
  });
});

const sent = (method: Method, server: ReturnType<typeof createScripted>): Promise<string> =>
  method
    .authenticate(server.client)
    .then((request) =>
      request.kind === "login" ? `${request.path} ${JSON.stringify(request.body)}` : `token ${request.token.reveal()}`,
    );

describe("what is sent", () => {
  it("by kubernetes is the trimmed token of now", async () => {
    const { method, server } = make("kubernetes", `role = "r" token_path = "${put("sa", ` ${CANARY}-1\n`)}"`);
    expect(await sent(method, server)).toBe(`auth/kubernetes/login {"jwt":"${CANARY}-1","role":"r"}`);
    put("sa", `${CANARY}-2`);
    expect(await sent(method, server)).toContain(`${CANARY}-2`);
    expect(fs.existsSync(file("sa"))).toBe(true);
    fs.rmSync(file("sa"));
    expect(await failure(method.authenticate(server.client))).toBe(
      `error reading JWT with Kubernetes Auth: open ${file("sa")}: no such file or directory`,
    );
  });

  it("by kubernetes follows the links of a projected volume", async () => {
    fs.mkdirSync(file("..1"));
    put("..1/token", CANARY);
    fs.symlinkSync("..1", file("..data"));
    fs.symlinkSync("..data/token", file("token"));
    const { method, server } = make("kubernetes", `role = "r" token_path = "${file("token")}"`);
    expect(await sent(method, server)).toContain(CANARY);
  });

  it("by jwt is the file's text as it is, then the file is gone", async () => {
    const { method, server } = make(
      "jwt",
      `role = "r" path = "${put("jwt", `${CANARY}\n`)}"`,
      'mount_path = "auth/ci"',
    );
    expect(await sent(method, server)).toBe(`auth/ci/login {"jwt":"${CANARY}\\n","role":"r"}`);
    expect(fs.existsSync(file("jwt"))).toBe(false);
    expect(await sent(method, server)).toContain(CANARY);
  });

  it("by jwt before there was a file is nothing", async () => {
    const { method, server } = make("jwt", `role = "r" path = "${file("none")}"`);
    expect(await failure(method.authenticate(server.client))).toBe("latest known jwt is empty, cannot authenticate");
  });

  it("by jwt leaves the file where it is told so", async () => {
    const { method, server } = make(
      "jwt",
      `role = "r" path = "${put("jwt", CANARY)}" remove_jwt_after_reading = false`,
    );
    await sent(method, server);
    expect(fs.existsSync(file("jwt"))).toBe(true);
  });

  it.each([
    ["the link", "", ["real"]],
    ["the file behind it where that is asked for", "remove_jwt_follows_symlinks = true", ["link"]],
  ])("by jwt removes %s", async (_what, more, left) => {
    put("real", CANARY);
    fs.symlinkSync("real", file("link"));
    const { method, server } = make("jwt", `role = "r" path = "${file("link")}" ${more}`);
    expect(await sent(method, server)).toContain(CANARY);
    expect(fs.readdirSync(folder)).toEqual(left);
  });

  it.each(["ldap", "userpass"])("by %s is the password without its newline, to the user's own path", async (type) => {
    const { method, server } = make(type, `username = "ann" password_file_path = "${put("pass", ` ${CANARY} \r\n`)}"`);
    expect(await sent(method, server)).toBe(`auth/${type}/login/ann {"password":" ${CANARY} "}`);
    expect(fs.existsSync(file("pass"))).toBe(false);
  });

  it("by cert is at most a name", async () => {
    expect(
      await sent(
        make("cert", 'name = "web"').method,
        createScripted(() => undefined),
      ),
    ).toBe('auth/cert/login {"name":"web"}');
    expect(
      await sent(
        make("cert", undefined).method,
        createScripted(() => undefined),
      ),
    ).toBe("auth/cert/login {}");
  });

  it("by token_file is nothing but the token, the one before where the file is gone or empty", async () => {
    const { method, server, world } = make("token_file", `token_file_path = "${file("token")}"`);
    expect(await failure(method.authenticate(server.client))).toContain("no cached token known");
    put("token", "");
    expect(await failure(method.authenticate(server.client))).toBe("token file empty and no cached token known");
    put("token", `${CANARY}\n`);
    expect(await sent(method, server)).toBe(`token ${CANARY}`);
    put("token", " \n");
    expect(await sent(method, server)).toBe(`token ${CANARY}`);
    fs.rmSync(file("token"));
    expect(await sent(method, server)).toBe(`token ${CANARY}`);
    expect(world.log()).toContain("token file exists but read empty value, re-using cached value");
  });
});

describe("a newer file", () => {
  it("is found by jwt, ldap and userpass, as often as told", async () => {
    const jwt = make("jwt", `role = "r" path = "${file("jwt")}" jwt_read_period = "1.5s"`).method;
    const kept = make("jwt", `role = "r" path = "${file("x")}" remove_jwt_after_reading = false`).method;
    const ldap = make("ldap", `username = "a" password_file_path = "${file("pass")}"`).method;
    expect([jwt.poll?.interval, kept.poll?.interval, ldap.poll?.interval]).toEqual([1500, 60_000, 500]);
    for (const [method, name] of [
      [jwt, "jwt"],
      [ldap, "pass"],
    ] as const) {
      expect(await method.poll?.check()).toBe(false);
      put(name, `${CANARY}-1`);
      expect(await method.poll?.check()).toBe(true);
      put(name, `${CANARY}-1`);
      expect(await method.poll?.check()).toBe(false);
      put(name, "");
      expect(await method.poll?.check()).toBe(false);
      put(name, `${CANARY}-2`);
      expect(await method.poll?.check()).toBe(true);
    }
  });
});

describe("a file that cannot be used", () => {
  it("because it is empty is left to whoever is about to fill it, and told once", async () => {
    for (const [type, config, empty] of [
      ["jwt", `role = "r" path = "${file("one")}"`, ""],
      ["ldap", `username = "a" password_file_path = "${file("two")}"`, "\n"],
    ] as const) {
      const name = type === "jwt" ? "one" : "two";
      const { method, send, server, world } = make(type, config);
      const open = fs.openSync(put(name, empty), "a");
      for (let look = 0; look < 3; look += 1) expect(await method.poll?.check()).toBe(false);
      expect(await failure(send())).toContain(`cannot authenticate: ${file(name)} is empty`);
      expect(world.lines).toHaveLength(1);
      fs.writeSync(open, CANARY);
      fs.closeSync(open);
      expect(await sent(method, server)).toContain(CANARY);
      expect(fs.existsSync(file(name))).toBe(false);
    }
  });

  it("is told once, until something else is wrong with it, and with each login that lacks it", async () => {
    fs.mkdirSync(file("jwt"));
    const { method, send, world } = make("jwt", `role = "r" path = "${file("jwt")}"`);
    for (let look = 0; look < 3; look += 1) await method.poll?.check();
    expect(await failure(send())).toBe(
      `latest known jwt is empty, cannot authenticate: ${file("jwt")} is not a regular file`,
    );
    expect(world.lines).toHaveLength(1);
    fs.rmdirSync(file("jwt"));
    await method.poll?.check();
    fs.mkdirSync(file("jwt"));
    await method.poll?.check();
    expect(world.lines).toHaveLength(2);
  });
});

describe("approle", () => {
  const LOOKUP = "sys/wrapping/lookup";
  const UNWRAP = "sys/wrapping/unwrap";
  const AT = "auth/approle/role/app/secret-id";
  const roles = (more = ""): string =>
    `role_id_file_path = "${put("role", "role-id\n")}" secret_id_file_path = "${file("secret")}" ${more}`;
  const wrapped = `secret_id_response_wrapping_path = "${AT}"`;
  const wrapping =
    (path: string, unwrapped: Secret = answer({ secret_id: `${CANARY}-unwrapped`, secret_id_accessor: "x" })): Script =>
    (call) =>
      call.path === LOOKUP ? answer({ creation_path: path, creation_ttl: 300 }) : unwrapped;

  it("sends both ids, and removes the secret id's file but not the role id's", async () => {
    const { method, server } = make("approle", roles());
    put("secret", ` ${CANARY}\n`);
    expect(await sent(method, server)).toBe(`auth/approle/login {"role_id":"role-id","secret_id":"${CANARY}"}`);
    expect(fs.readdirSync(folder)).toEqual(["role"]);
    expect(await sent(method, server)).toContain(CANARY);
    put("secret", `${CANARY}-2`);
    expect(await sent(method, server)).toContain(`${CANARY}-2`);
  });

  it("keeps the file where it is told so, and needs no secret id where none is configured", async () => {
    const { method, server } = make("approle", roles("remove_secret_id_file_after_reading = false"));
    put("secret", CANARY);
    await sent(method, server);
    expect(fs.existsSync(file("secret"))).toBe(true);
    const alone = make("approle", `role_id_file_path = "${file("role")}"`);
    expect(await sent(alone.method, server)).toBe('auth/approle/login {"role_id":"role-id"}');
  });

  it("says which id it lacks", async () => {
    const { send } = make("approle", roles());
    expect(await failure(send())).toBe("no known secret ID");
    put("secret", "\n");
    expect(await failure(send())).toBe("secret ID file empty and no cached secret ID known");
    const without = make("approle", roles());
    fs.rmSync(file("role"));
    expect(await failure(without.send())).toBe("no known role ID");
    put("role", "");
    expect(await failure(without.send())).toBe("role ID file empty and no cached role ID known");
  });

  it("looks a wrapping token up by itself, unwraps it where its path is the expected one, and once", async () => {
    const { method, server } = make(
      "approle",
      roles(`${wrapped} remove_secret_id_file_after_reading = false`),
      "",
      wrapping(AT),
    );
    put("secret", `${CANARY}-wrapping\n`);
    expect(await sent(method, server)).toBe(
      `auth/approle/login {"role_id":"role-id","secret_id":"${CANARY}-unwrapped"}`,
    );
    expect(await sent(method, server)).toContain(`${CANARY}-unwrapped`);
    const token = `${CANARY}-wrapping`;
    expect(server.asked).toEqual([
      { method: "GET", path: LOOKUP, body: undefined, token, query: {} },
      { method: "PUT", path: UNWRAP, body: undefined, token, query: {} },
    ]);
    put("secret", `${CANARY}-another`);
    await sent(method, server);
    expect(server.count(UNWRAP)).toBe(2);
  });

  it.each([
    ["another path", "auth/approle/role/other/secret-id"],
    ["a longer path", `${AT}/x`],
    ["the path of a wrapping made by hand", "sys/wrapping/wrap"],
    ["a path in other letters", AT.toUpperCase()],
  ])("does not unwrap what was made at %s, and raises an alarm (A15)", async (_what, path) => {
    const { send, server, world } = make("approle", roles(wrapped), "", wrapping(path));
    put("secret", `${CANARY}-wrapping`);
    expect(await failure(send())).toBe("unable to validate wrapping token creation path");
    expect(world.lines.filter(({ level }) => level === "error")).toEqual([
      {
        level: "error",
        message: "SECURITY: unable to validate wrapping token creation path",
        fields: { expected: AT, found: path },
      },
    ]);
    expect([server.count(UNWRAP), fs.existsSync(file("secret"))]).toEqual([0, true]);
  });

  it("says at which step a wrapping token is refused", async () => {
    const spent = make("approle", roles(wrapped), "", () =>
      refuse(400, "wrapping token is not valid or does not exist"),
    );
    put("secret", `${CANARY}-wrapping`);
    expect(await failure(spent.send())).toContain("error looking up wrapped secret ID: Error making API request.");
    const stolen = make("approle", roles(wrapped), "", ({ path }) =>
      path === LOOKUP ? answer({ creation_path: AT }) : refuse(400, "wrapping token is not valid or does not exist"),
    );
    expect(await failure(stolen.send())).toContain("error unwrapping secret ID: Error making API request.");
  });

  it.each([
    ["data in response nil when looking up wrapped secret ID", answer(null), answer(null)],
    ["creation_path in response nil when looking up wrapped secret ID", answer({}), answer(null)],
    [
      "creation_path in response could not be parsed as string when looking up wrapped secret ID",
      answer({ creation_path: 1 }),
      answer(null),
    ],
    ["data in response nil when unwrapping secret ID", answer({ creation_path: AT }), answer(null)],
    ["secret_id in response nil when unwrapping secret ID", answer({ creation_path: AT }), answer({ token: CANARY })],
    [
      "secret_id in response could not be parsed as string when unwrapping secret ID",
      answer({ creation_path: AT }),
      answer({ secret_id: [CANARY] }),
    ],
  ])("does not take an answer without what it asked for: %s", async (message, looked, unwrapped) => {
    const { send } = make("approle", roles(wrapped), "", ({ path }) => (path === LOOKUP ? looked : unwrapped));
    put("secret", `${CANARY}-wrapping`);
    expect(await failure(send())).toBe(message);
  });
});

describe("a credential's file that is something else (V81)", () => {
  const uses: readonly (readonly [string, (path: string) => string])[] = [
    ["approle", (path) => `role_id_file_path = "${path}"`],
    ["approle", (path) => `role_id_file_path = "${put("role", "r")}" secret_id_file_path = "${path}"`],
    ["kubernetes", (path) => `role = "r" token_path = "${path}"`],
    ["jwt", (path) => `role = "r" path = "${path}"`],
    ["ldap", (path) => `username = "u" password_file_path = "${path}"`],
    ["userpass", (path) => `username = "u" password_file_path = "${path}"`],
    ["token_file", (path) => `token_file_path = "${path}"`],
  ];

  it.each(uses)("is not sent by %s, and neither removed nor repeated", async (type, config) => {
    fs.writeFileSync(join(root, "shadow"), CANARY);
    fs.symlinkSync("../shadow", file("link"));
    execFileSync("mkfifo", [file("pipe")]);
    fs.mkdirSync(file("dir"));
    put("large", CANARY.repeat(40_000));
    for (const name of ["link", "pipe", "dir", "large"]) {
      const { send, world, server } = make(type, config(file(name)));
      const message = await failure(send());
      expect(message).not.toBe("succeeded");
      expect(`${message} ${world.log()}`).toMatch(/leads out of its folder|is not a regular file|is larger than/);
      expect(`${message} ${world.log()}`).not.toContain(CANARY);
      expect([server.asked, fs.existsSync(join(root, "shadow")), fs.existsSync(file(name))]).toEqual([[], true, true]);
    }
  });
});
