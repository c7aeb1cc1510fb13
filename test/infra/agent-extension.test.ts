import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { buildExecutable } from "../../scripts/build/executable.ts";
import { writeLayer } from "../../scripts/build/layer.ts";
import { until } from "../stories/support/until.ts";
import type { Reply } from "../stories/support/vault.ts";
import { createWorld, type World } from "../stories/support/world.ts";
import { freePort } from "../support/free-port.ts";
import { type LambdaExtensions, startLambdaExtensions } from "../support/lambda-extensions.ts";

/**
 * The built layer as Lambda starts it: its program by its path, the function's credentials in its environment, frozen
 * between invocations by signals. The server, its AWS and the extension are processes.
 */

const CANARY = "canary-of-the-orders-team";

describe("the built extension", () => {
  let world: World;
  let lambda: LambdaExtensions;
  beforeAll(async () => {
    world = await createWorld();
    const { operator, account } = world;
    const trust = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com", AWS: `arn:aws:iam::${account.id}:root` },
          Action: "sts:AssumeRole",
        },
      ],
    };
    await account.iam.send(
      new CreateRoleCommand({ RoleName: "orders-function", AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    await operator("POST", "sys/auth/aws", { type: "aws" });
    await operator("POST", "sys/mounts/team", { type: "kv", options: { version: "2" } });
    await operator("POST", "sys/policies/acl/orders", {
      policy: 'path "team/data/orders" { capabilities = ["read"] }',
    });
    await operator("POST", "team/data/orders", { data: { password: CANARY } });
    for (const [role, ttl] of [
      ["orders", "1h"],
      ["brief", "3s"],
    ]) {
      await operator("POST", `auth/aws/role/${role}`, {
        auth_type: "iam",
        bound_iam_principal_arn: `arn:aws:iam::${account.id}:role/orders-function`,
        token_policies: "orders",
        token_ttl: ttl,
        token_max_ttl: ttl,
      });
    }
    await writeLayer(join(world.folder, "layer"), { file: world.file });
  });
  afterEach(() => lambda.close());
  afterAll(() => world.close());

  const start = async (more: Readonly<Record<string, string>> = {}, layer = "layer") => {
    lambda = await startLambdaExtensions();
    const { Credentials: keys } = await world.account.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${world.account.id}:role/orders-function`,
        RoleSessionName: "orders",
      }),
    );
    const port = await freePort();
    const file = join(world.folder, `secret-${port}.json`);
    const run = world.run([join(world.folder, layer, "extensions", "zeroth")], {
      AWS_LAMBDA_RUNTIME_API: lambda.api,
      AWS_ACCESS_KEY_ID: keys?.AccessKeyId ?? "",
      AWS_SECRET_ACCESS_KEY: keys?.SecretAccessKey ?? "",
      AWS_SESSION_TOKEN: keys?.SessionToken ?? "",
      AWS_REGION: "us-east-1",
      VLE_VAULT_ADDR: world.server.url,
      VAULT_ADDR: `http://127.0.0.1:${port}`,
      VAULT_AUTH_ROLE: "orders",
      VAULT_SECRET_PATH: "team/data/orders",
      VAULT_SECRET_FILE: file,
      VAULT_LOG_LEVEL: "trace",
      ZEROTH_PROXY_PORT: String(port),
      ...more,
    });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`);
      return { status: response.status, body: (await response.json()) as Reply };
    };
    return { run, file, get };
  };

  it("logs in with the function's role, writes its secret and serves the handler, frozen or not", async () => {
    const { run, file, get } = await start({
      VAULT_AUTH_ROLE: "brief",
      VAULT_TOKEN_EXPIRY_GRACE_PERIOD: "500ms",
    });
    await lambda.asked(1);
    expect(lambda.registered).toEqual([{ name: "zeroth", events: ["INVOKE", "SHUTDOWN"] }]);
    expect(JSON.parse(await readFile(file, "utf8")).data.data).toEqual({ password: CANARY });
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    lambda.invoke();
    expect(await get("team/data/orders")).toMatchObject({
      status: 200,
      body: { data: { data: { password: CANARY } } },
    });
    await lambda.asked(2);

    const first = String((await get("auth/token/lookup-self")).body.data?.["id"]);
    run.child.kill("SIGSTOP");
    const outlived = await until("the end of the token's life", async () => {
      const response = await fetch(`${world.server.url}/v1/auth/token/lookup-self`, {
        headers: { "X-Vault-Token": first },
      });
      return response.status === 403 ? true : undefined;
    });
    run.child.kill("SIGCONT");
    lambda.invoke();
    expect(outlived).toBe(true);
    expect((await get("team/data/orders")).status).toBe(200);

    lambda.shutdown();
    expect(await run.ended).toBe(0);
    expect(lambda.failures).toEqual([]);
    expect(run.output()).toContain("authentication successful");
    expect(run.output()).not.toContain(CANARY);
    expect(run.output()).not.toContain(first);
  });

  it("says why the handler must not start", async () => {
    const { run } = await start({ VAULT_SECRET_PATH: "team/data/other", VAULT_MAX_RETRIES: "0" });

    expect(await run.ended).toBe(1);
    expect(lambda.failures).toEqual([
      { when: "init", type: "Extension.InitFailed", message: expect.stringContaining("permission denied") },
    ]);
  });

  it("is the same as an executable, for runtimes without Node", async () => {
    const executable = join(world.folder, "zeroth");
    await buildExecutable({ script: world.file, outfile: executable });
    await writeLayer(join(world.folder, "layer-executable"), { executable });
    const { run, get } = await start({ PATH: "/bin" }, "layer-executable");
    await lambda.asked(1);

    expect((await get("team/data/orders")).status).toBe(200);
    lambda.shutdown();
    expect(await run.ended).toBe(0);
  });
});
