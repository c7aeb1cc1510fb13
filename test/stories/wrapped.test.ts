import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { until } from "./support/until.ts";
import { type Operator, somebodyWith } from "./support/vault.ts";
import { createWorld, type World } from "./support/world.ts";

/**
 * Two stories in which a secret is handed over wrapped, and somebody who was first is noticed: the agent's token in a
 * sink, for an application; and the agent's own secret id, from an orchestrator (A15).
 */

interface Wrapped {
  readonly token: string;
  readonly creation_path: string;
  readonly ttl: number;
}

describe("what is handed over wrapped", () => {
  let world: World;
  let operator: Operator;
  let method: string;

  const path = (name: string): string => join(world.folder, name);
  const there = (name: string) => until(name, async () => (await readFile(path(name), "utf8")) || undefined);
  const gone = (name: string) =>
    until(`the end of ${name}`, async () =>
      readFile(path(name), "utf8").then(
        () => undefined,
        () => true,
      ),
    );
  const server = (): string => `vault { address = "${world.server.url}" }`;
  const unwrap = (token: string) => somebodyWith(world.server, token)("POST", "sys/wrapping/unwrap");

  beforeAll(async () => {
    world = await createWorld();
    operator = world.operator;
    await operator("POST", "sys/auth/approle", { type: "approle" });
    await operator("POST", "sys/policies/acl/app", { policy: 'path "team/data/app" { capabilities = ["read"] }' });
    await operator("POST", "auth/approle/role/app", {
      token_policies: "app",
      token_ttl: "20m",
      secret_id_num_uses: 1,
      secret_id_ttl: "10m",
    });
    const { data } = await operator("GET", "auth/approle/role/app/role-id");
    await writeFile(path("role-id"), String(data?.["role_id"]));
  });
  afterAll(() => world.close());

  /** A secret id as the orchestrator leaves it: wrapped, in a file. Answers the wrapping token. */
  const handOver = async (name: string, from = "auth/approle/role/app/secret-id", body: object = {}) => {
    const { wrap_info } = await operator("POST", from, body, { "X-Vault-Wrap-TTL": "5m" });
    await writeFile(path(name), wrap_info?.token ?? "");
    return wrap_info?.token ?? "";
  };
  const approle = (secretId: string, more = ""): string => `
    method "approle" {
      min_backoff = "500ms"
      ${more}
      config = {
        role_id_file_path = "${path("role-id")}"
        secret_id_file_path = "${path(secretId)}"
        secret_id_response_wrapping_path = "auth/approle/role/app/secret-id"
      }
    }`;

  it("the application unwraps the token of a sink, once", async () => {
    await handOver("first.secret-id");
    const run = await world.agent(
      "sink",
      `${server()} exit_after_auth = true
       auto_auth {
         ${approle("first.secret-id")}
         sink "file" { wrap_ttl = "5m" config = { path = "${path("wrapped")}" mode = 0600 } }
       }`,
      ["-log-level=trace"],
    );
    expect(await run.ended).toBe(0);
    const wrapped = JSON.parse(await readFile(path("wrapped"), "utf8")) as Wrapped;
    expect(wrapped).toMatchObject({ ttl: 300, creation_path: "sys/wrapping/wrap" });

    const { data } = await unwrap(wrapped.token);
    const token = String(data?.["token"]);
    const own = await somebodyWith(world.server, token)("GET", "auth/token/lookup-self");
    expect(own.data?.["policies"]).toEqual(["app", "default"]);

    method = token;
    await expect(unwrap(wrapped.token)).rejects.toThrow("wrapping token is not valid or does not exist");
  });

  it("an application that comes second knows that somebody was first", async () => {
    const { auth } = await operator("POST", "auth/token/create", { policies: ["app"], ttl: "1h" });
    await writeFile(path("given"), auth?.client_token ?? "");
    await world.agent(
      "stolen",
      `${server()}
       auto_auth {
         method "token_file" { config = { token_file_path = "${path("given")}" } }
         sink "file" { wrap_ttl = "5m" config = { path = "${path("stolen")}" } }
       }`,
    );
    const { token } = JSON.parse(await there("stolen")) as Wrapped;
    const thief = await unwrap(token);
    expect(thief.data?.["token"]).toBe(auth?.client_token);

    // The application's own attempt fails: it raises the alarm, and the operator revokes what was taken.
    await expect(unwrap(token)).rejects.toMatchObject({ status: 400 });
    await operator("POST", "auth/token/revoke-accessor", { accessor: auth?.accessor });
    const stolen = somebodyWith(world.server, String(thief.data?.["token"]));
    await expect(stolen("GET", "auth/token/lookup-self")).rejects.toMatchObject({ status: 403 });
  });

  it("a login that is wrapped says where it was made, and comes with everything about the token", async () => {
    await handOver("second.secret-id");
    const run = await world.agent(
      "login",
      `${server()}
       auto_auth {
         ${approle("second.secret-id", 'wrap_ttl = "4m"')}
         sink "file" { config = { path = "${path("login")}" } }
       }`,
      ["-log-level=trace"],
    );
    const wrapped = JSON.parse(await there("login")) as Wrapped;
    expect(wrapped).toMatchObject({ ttl: 240, creation_path: "auth/approle/login" });
    expect((await unwrap(wrapped.token)).auth?.policies).toEqual(["app", "default"]);
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
  });

  it("an agent takes a secret id that the orchestrator wrapped, and removes the file", async () => {
    await handOver("third.secret-id");
    const run = await world.agent(
      "handed",
      `${server()} exit_after_auth = true
       auto_auth { ${approle("third.secret-id")} sink "file" { config = { path = "${path("handed")}" } } }`,
      ["-log-level=trace"],
    );
    expect(await run.ended).toBe(0);
    await gone("third.secret-id");
    const own = await somebodyWith(world.server, await there("handed"))("GET", "auth/token/lookup-self");
    expect(own.data?.["path"]).toBe("auth/approle/login");
  });

  it.each([
    ["of another role", "auth/approle/role/other/secret-id", {}],
    ["somebody made up and wrapped", "sys/wrapping/wrap", { secret_id: "made-up" }],
  ])("an agent does not touch a secret id %s", async (_, from, body) => {
    await operator("POST", "auth/approle/role/other", { token_policies: "default" });
    const name = `foreign-${from.length}`;
    const token = await handOver(`${name}.secret-id`, from, body);
    const run = await world.agent(
      name,
      `${server()}
       auto_auth { ${approle(`${name}.secret-id`)} sink "file" { config = { path = "${path(name)}" } } }`,
    );
    await until("the alarm", async () => (/SECURITY:/.test(run.output()) ? true : undefined));
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);

    expect(run.output()).toContain("unable to validate wrapping token creation path");
    await expect(readFile(path(name))).rejects.toThrow("ENOENT");
    // Still wrapped: whoever looks into it finds it as it was.
    const lookup = await operator("POST", "sys/wrapping/lookup", { token });
    expect(lookup.data?.["creation_path"]).toBe(from);
  });

  it("an agent that comes second says so, and goes on when the orchestrator sends another", async () => {
    const token = await handOver("late.secret-id");
    await unwrap(token);
    const run = await world.agent(
      "late",
      `${server()} exit_after_auth = true
       auto_auth { ${approle("late.secret-id")} sink "file" { config = { path = "${path("late")}" } } }`,
    );
    await until("the complaint", async () =>
      /error looking up wrapped secret ID/.test(run.output()) ? true : undefined,
    );
    expect(run.child.exitCode).toBeNull();

    await handOver("late.secret-id");
    expect(await run.ended).toBe(0);
    await there("late");
  });

  it("no token or secret id was printed", () => {
    expect(method.length).toBeGreaterThan(10);
    expect(world.allOutput()).not.toContain(method);
    expect(world.allOutput()).not.toContain("hvs.");
  });
});
