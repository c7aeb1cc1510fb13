import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type LocalServer, startLocalServer } from "../../../../src/local/server/index.ts";
import { systemClock } from "../../../../src/std/time.ts";
import { freePort } from "../../../support/free-port.ts";
import { type OidcProvider, startOidcProvider } from "../../../support/oidc-provider.ts";
import { json, scripted } from "../../client/scripted-server.ts";
import { commandLine } from "./command-line.ts";

const CANARY = "canary-password-0123";

let server: LocalServer;
let provider: OidcProvider;
let line: Awaited<ReturnType<typeof commandLine>>;
const root = () => ({ env: { VAULT_TOKEN: server.rootToken } });

beforeAll(async () => {
  server = await startLocalServer({ port: 0, sweeper: false });
  provider = await startOidcProvider(systemClock);
  line = await commandLine(() => server.url);
  const write = (path: string, body: object) =>
    line.done(["write", path, "-"], { ...root(), input: JSON.stringify(body) });
  for (const method of ["userpass", "approle", "aws", "oidc"]) await write(`sys/auth/${method}`, { type: method });
  await write("auth/userpass/users/ann", { password: CANARY, token_policies: "people" });
  await write("auth/approle/role/app", { token_policies: "app" });
  await line.remove();
});
afterAll(async () => {
  await Promise.all([server.close(), provider.close()]);
});
beforeEach(async () => {
  line = await commandLine(() => server.url);
});
afterEach(() => line.remove());

const policies = async (): Promise<string> => (await line.done(["token", "lookup", "-field=policies"])).trim();

describe("a login stores its token for vault and bao, readable by its user alone", () => {
  test("with a name and a password", async () => {
    const out = await line.done(["login", "-method=userpass", "username=ann", `password=${CANARY}`]);
    const { text, mode } = await line.stored();
    expect(text).toMatch(/^hvs\.\S+$/);
    expect(mode).toBe(0o600);
    expect(out).toContain("Success! You are now authenticated.");
    expect(out).toMatch(/^Key {20}Value\n--- {20}-----\ntoken {18}hvs\.\S+\n/m);
    expect(out).toMatch(/^token_duration {9}768h$/m);
    expect(out).toMatch(/^token_policies {9}\["default" "people"\]$/m);
    expect(await policies()).toBe("[default people]");
  });

  test("with a password that is typed", async () => {
    const { code, out, err } = await line.run(["login", "-method=userpass", "username=ann"], { typed: CANARY });
    expect([code, err]).toEqual([0, "Password (will be hidden): "]);
    expect(out).not.toContain(CANARY);
    expect(await policies()).toBe("[default people]");
  });

  test("with a role id and a secret id", async () => {
    const roleId = await line.done(["read", "-field=role_id", "auth/approle/role/app/role-id"], root());
    const secretId = await line.done(["write", "-f", "-field=secret_id", "auth/approle/role/app/secret-id"], root());
    const file = await line.file("secret-id", `${secretId}\n`);
    await line.done(["login", "-method=approle", `role_id=${roleId}`, `secret_id=@${file}`]);
    expect(await policies()).toBe("[app default]");
  });

  test("with an identity of AWS, by its keys and by those of the environment", async () => {
    const [account] = server.embedded?.accounts ?? [];
    const { accountId = "", accessKeyId = "", secretAccessKey = "" } = account ?? {};
    const role = {
      auth_type: "iam",
      bound_iam_principal_arn: [`arn:aws:iam::${accountId}:*`],
      token_policies: "machines",
    };
    await line.done(["write", "auth/aws/role/machines", "-"], { ...root(), input: JSON.stringify(role) });
    await line.done(["write", "auth/aws/config/client", "iam_server_id_header_value=vault.test"], root());
    const words = ["login", "-method=aws", "role=machines", "header_value=vault.test"];
    await line.done([...words, `aws_access_key_id=${accessKeyId}`, `aws_secret_access_key=${secretAccessKey}`]);
    expect(await policies()).toBe("[default machines]");
    process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
    process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
    try {
      const again = ["login", "-method=aws", "-token-only", "role=machines", "header_value=vault.test"];
      expect(await line.done(again)).toMatch(/^hvs\.\S+$/);
    } finally {
      delete process.env["AWS_ACCESS_KEY_ID"];
      delete process.env["AWS_SECRET_ACCESS_KEY"];
    }
  });

  test("with a browser", async () => {
    const port = await freePort();
    const write = (path: string, body: object) =>
      line.done(["write", path, "-"], { ...root(), input: JSON.stringify(body) });
    const client = { oidc_client_id: "g-client", oidc_client_secret: "g-client-secret", default_role: "people" };
    await write("auth/oidc/config", { oidc_discovery_url: provider.url, ...client });
    const redirects = [`http://localhost:${port}/oidc/callback`];
    await write("auth/oidc/role/people", {
      user_claim: "email",
      allowed_redirect_uris: redirects,
      token_policies: "web",
    });
    let page: Promise<string> | undefined;
    const told = (text: string): void => {
      const [, url] = /^\s+(https?:\/\/\S+)$/m.exec(text) ?? [];
      if (url === undefined || page !== undefined) return;
      page = fetch(`${url}&login=alice`).then((answer) => answer.text());
    };
    await line.done(["login", "-method=oidc", `port=${port}`], { told });
    expect(await page).toContain("Signed in.");
    expect(await policies()).toBe("[default web]");
  });

  test("with a browser, whatever else comes to its port", async () => {
    const port = await freePort();
    const back = `http://127.0.0.1:${port}/oidc/callback`;
    const made = await scripted([
      json(200, { data: { auth_url: "https://provider.test/" } }),
      json(200, { auth: { client_token: "hvs.web" } }),
    ]);
    const other = await commandLine(() => made.address);
    const strangers = async (): Promise<readonly number[]> => {
      const form = "a".repeat(100_000);
      const asked = [
        fetch(`http://127.0.0.1:${port}/`),
        fetch(back),
        fetch(`${back}?state=s&code=c`, { method: "POST", body: new Blob([form]).stream(), duplex: "half" }),
      ];
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      await fetch(`${back}?state=s&code=c`);
      return statuses;
    };
    let seen: Promise<readonly number[]> | undefined;
    const told = (): void => {
      seen ??= strangers();
    };
    const words = ["login", "-method=oidc", "-token-only", `port=${port}`];
    expect(await other.done(words, { told })).toBe("hvs.web");
    expect(await seen).toEqual([404, 400, 400]);
    await Promise.all([made.close(), other.remove()]);
  });

  test("with a browser that was sent here by a page, whose words do not reach the terminal as they are", async () => {
    const port = await freePort();
    const made = await scripted([json(200, { data: { auth_url: "https://provider.test/" } })]);
    const other = await commandLine(() => made.address);
    const told = (text: string): void => {
      if (text.endsWith("to complete...\n")) {
        void fetch(`http://127.0.0.1:${port}/oidc/callback?error=x&error_description=%1b%5b2J${"y".repeat(100)}`);
      }
    };
    const { code, err } = await other.run(["login", "-method=oidc", `port=${port}`], { told });
    expect(code).toBe(2);
    expect(err).toMatch(/^the provider refuses: "\\u001b\[2Jy{56}\.\.\."$/m);
    await Promise.all([made.close(), other.remove()]);
  });

  test("with a token that is there already", async () => {
    const out = await line.done(["login", "-"], { input: `${server.rootToken}\n` });
    expect(out).toMatch(/^token_duration {7}∞$/m);
    expect((await line.stored()).text).toBe(server.rootToken);
  });
});

test("-token-only prints the token and stores nothing", async () => {
  const token = await line.done(["login", "-method=userpass", "-token-only", "username=ann", `password=${CANARY}`]);
  expect(token).toMatch(/^hvs\.\S+$/);
  await expect(line.stored()).rejects.toThrow("ENOENT");
});

test("-no-store stores nothing, and says how the token is used then", async () => {
  const { out, err } = await line.run(["login", "-no-store", "-method=userpass", "username=ann", `password=${CANARY}`]);
  expect(err).toContain("The token was not stored in token helper.");
  expect(out).toMatch(/^token +hvs\.\S+$/m);
  await expect(line.stored()).rejects.toThrow("ENOENT");
});

test("a token of the environment is warned of, because it goes before the stored one", async () => {
  const words = ["login", "-method=userpass", "-no-print", "username=ann", `password=${CANARY}`];
  const { code, out, err } = await line.run(words, { env: { VAULT_TOKEN: "hvs.other" } });
  expect([code, out]).toEqual([0, ""]);
  expect(err).toContain("WARNING! The VAULT_TOKEN environment variable is set!");
});

describe("a login that fails stores nothing and shows no secret", () => {
  test.each([
    [["-method=userpass", "username=ann", "password=canary-wrong-password"], 2, "invalid username or password"],
    [["-method=approle", "role_id=nobody", "secret_id=canary-secret-id"], 2, "invalid role"],
    [["-method=approle"], 1, "'role_id' must be specified"],
    [["-method=userpass", "username=ann"], 1, "there is no terminal to ask at"],
    [["-method=oidc", "port=none"], 1, "port must be a number"],
    [["-method=nope"], 1, "Unknown auth method: nope"],
    [["hvs.canarycanarycanarycanary"], 2, "permission denied"],
    [["-method=aws", "aws_access_key_id=AKIA"], 1, "must be given together"],
    [
      ["-method=aws", "role=r", "aws_access_key_id=AKIACANARY", "aws_secret_access_key=canary-secret-key"],
      2,
      "Error authenticating",
    ],
  ])("%j", async (words, code, text) => {
    const ran = await line.run(["login", ...words]);
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(text);
    expect(ran.out + ran.err).not.toMatch(/canary/i);
    await expect(line.stored()).rejects.toThrow("ENOENT");
  });
});

test("a name of a directory goes into the path, its password into the body", async () => {
  const made = await scripted([json(200, { auth: { client_token: "hvs.ldap", policies: [] } })]);
  const ldap = await commandLine(() => made.address);
  const env = { VAULT_LDAP_USERNAME: "ann lee", VAULT_LDAP_PASSWORD: CANARY };
  expect(await ldap.done(["login", "-method=ldap", "-path=auth/corp/", "-token-only"], { env })).toBe("hvs.ldap");
  expect(made.seen[0]).toMatchObject({
    method: "PUT",
    url: "/v1/auth/corp/login/ann%20lee",
    body: `{"password":"${CANARY}"}`,
  });
  await Promise.all([made.close(), ldap.remove()]);
});

describe("a second factor", () => {
  const requirement = (...ids: readonly string[]) => ({
    auth: {
      client_token: "",
      mfa_requirement: {
        mfa_request_id: "request",
        mfa_constraints: { all: { any: ids.map((id) => ({ id, type: "totp", uses_passcode: true })) } },
      },
    },
  });
  const words = ["login", "-method=userpass", "-token-only", "username=ann", `password=${CANARY}`];

  test("is asked for at the terminal", async () => {
    const made = await scripted([json(200, requirement("m1")), json(200, { auth: { client_token: "hvs.two" } })]);
    const mfa = await commandLine(() => made.address);
    expect(await mfa.run(words, { typed: "123456" })).toMatchObject({ code: 0, out: "hvs.two" });
    expect(made.seen[1]).toMatchObject({
      url: "/v1/sys/mfa/validate",
      body: '{"mfa_request_id":"request","mfa_payload":{"m1":["123456"]}}',
    });
    await Promise.all([made.close(), mfa.remove()]);
  });

  test("is told where there is no terminal, or a choice", async () => {
    const made = await scripted([json(200, requirement("m1", "m2"))]);
    const mfa = await commandLine(() => made.address);
    const { code, out } = await mfa.run(words, { typed: "123456" });
    expect([code, made.seen.length]).toEqual([0, 1]);
    expect(out).toMatch(/^mfa_request_id {5}request$/m);
    await Promise.all([made.close(), mfa.remove()]);
  });
});

describe("a token helper of the user's own", () => {
  const HELPER = `#!/bin/sh
case "$1" in
  get) cat "$HOME/kept" 2>/dev/null ;;
  store) cat > "$HOME/kept" ;;
  erase) rm -f "$HOME/kept" ;;
esac
`;

  test("stores and gives the token, which is never among its arguments", async () => {
    const helper = await line.file("helper", HELPER, 0o700);
    await line.file(".vault", `token_helper = "${helper}"\n`);
    await line.done(["login", "-method=userpass", "username=ann", `password=${CANARY}`]);
    expect(await readFile(line.path("kept"), "utf8")).toMatch(/^hvs\.\S+$/);
    await expect(line.stored()).rejects.toThrow("ENOENT");
    expect(await policies()).toBe("[default people]");
  });

  test("that fails is told, without what it said", async () => {
    const helper = await line.file("helper", "#!/bin/sh\necho canary >&2\nexit 3\n", 0o700);
    await line.file(".vault", `token_helper = "${helper}"\n`);
    const { code, err } = await line.run(["token", "lookup"]);
    expect([code, err]).toEqual([1, `the token helper ${helper} failed to get the token (3)\n`]);
  });
});
