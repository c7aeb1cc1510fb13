import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { onLoopback } from "../support/loopback.ts";
import { until } from "./support/until.ts";
import { somebodyWith } from "./support/vault.ts";
import { createWorld, type World } from "./support/world.ts";

/** Every place where a machine may have AWS credentials, with the agent as a process: it logs in with what it finds. */

const ROLE = "app";

interface Keys {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: Date;
}

describe("an agent logs in with credentials", () => {
  let world: World;
  const closing: (() => Promise<unknown>)[] = [];
  const path = (name: string): string => join(world.folder, name);

  /** Keys of a session of the role, named so that the token tells which ones were used. */
  const session = async (name: string): Promise<Keys> => {
    const { Credentials: keys } = await world.account.sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${world.account.id}:role/${ROLE}`, RoleSessionName: name }),
    );
    if (!keys?.AccessKeyId || !keys.SecretAccessKey || !keys.SessionToken || !keys.Expiration) throw new Error(name);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = keys;
    return { AccessKeyId, SecretAccessKey, SessionToken, Expiration };
  };
  const variables = ({ AccessKeyId, SecretAccessKey, SessionToken }: Keys) => ({
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: SessionToken,
  });
  const profile = (name: string, keys: Keys): string =>
    [`[${name}]`, ...Object.entries(variables(keys)).map(([key, value]) => `${key.toLowerCase()} = ${value}`), ""].join(
      "\n",
    );
  /** As the metadata services give them. */
  const given = ({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }: Keys): string =>
    JSON.stringify({ Code: "Success", AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration });
  const serve = async (listener: RequestListener): Promise<string> => {
    const { port, close } = await onLoopback(createServer(listener));
    closing.push(close);
    return `http://127.0.0.1:${port}`;
  };

  const configuration = (name: string, more = ""): string =>
    `vault { address = "${world.server.url}" }
     auto_auth {
       enable_reauth_on_new_credentials = true
       method "aws" {
         min_backoff = "200ms"
         config = { type = "iam", role = "${ROLE}", credential_poll_interval = 1 ${more} }
       }
       sink "file" { config = { path = "${path(`${name}.token`)}" } }
     }`;
  const ownerOf = async (token: string): Promise<string> => {
    const { data } = await somebodyWith(world.server, token)("GET", "auth/token/lookup-self");
    return String(data?.["display_name"]);
  };
  /** One login; whom the server took the agent for. */
  const loginOf = async (name: string, environment: Readonly<Record<string, string>>, more = ""): Promise<string> => {
    const run = await world.agent(name, configuration(name, more), ["-exit-after-auth"], environment);
    if ((await run.ended) !== 0) throw new Error(run.output());
    return ownerOf(await readFile(path(`${name}.token`), "utf8"));
  };

  beforeAll(async () => {
    world = await createWorld();
    const { account, operator } = world;
    const trust = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account.id}:root` }, Action: "sts:AssumeRole" };
    await account.iam.send(
      new CreateRoleCommand({
        RoleName: ROLE,
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
      }),
    );
    await operator("POST", "sys/auth/aws", { type: "aws" });
    await operator("POST", `auth/aws/role/${ROLE}`, {
      auth_type: "iam",
      bound_iam_principal_arn: `arn:aws:iam::${account.id}:role/${ROLE}`,
      token_ttl: "1h",
    });
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await world.close();
  });

  it("of its configuration, before those of the environment", async () => {
    const [own, other] = [await session("configured"), await session("environment")];
    const keys = `access_key = "${own.AccessKeyId}", secret_key = "${own.SecretAccessKey}", session_token = "${own.SessionToken}"`;
    expect(await loginOf("configured", variables(other), `, ${keys}`)).toBe(`aws-${ROLE}/configured`);
  });

  it("of the environment, before those of a profile that is named", async () => {
    await writeFile(path("named"), profile("machine", await session("profile")));
    const files = { AWS_SHARED_CREDENTIALS_FILE: path("named"), AWS_PROFILE: "machine" };
    expect(await loginOf("env", { ...files, ...variables(await session("environment")) })).toBe(
      `aws-${ROLE}/environment`,
    );
    expect(await loginOf("named", files)).toBe(`aws-${ROLE}/profile`);
  });

  it("of the file in its home, and again when that is replaced", async () => {
    const file = path("rotated/.aws/credentials");
    const write = async (name: string): Promise<void> => {
      await mkdir(path("rotated/.aws"), { recursive: true });
      await writeFile(`${file}.new`, profile("default", await session(name)));
      await rename(`${file}.new`, file);
    };
    await write("first");
    const run = await world.agent("rotated", configuration("rotated"), [], { HOME: path("rotated") });
    const isOf = (owner: string) =>
      until(`a token of ${owner}`, async () =>
        (await ownerOf(await readFile(path("rotated.token"), "utf8"))) === `aws-${ROLE}/${owner}` ? true : undefined,
      );
    await isOf("first");
    await write("second");
    await isOf("second");
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
  });

  it("of a program that a profile names", async () => {
    const { AccessKeyId, SecretAccessKey, SessionToken } = await session("program");
    const answer = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken });
    await writeFile(path("program.sh"), `#!/bin/sh\necho '${answer}'\n`);
    await chmod(path("program.sh"), 0o700);
    await writeFile(path("program-config"), `[default]\ncredential_process = ${path("program.sh")}\n`);
    expect(await loginOf("program", { AWS_CONFIG_FILE: path("program-config") })).toBe(`aws-${ROLE}/program`);
  });

  it("of a role that a profile assumes", async () => {
    await writeFile(path("source"), profile("source", await session("source")));
    const role = `role_arn = arn:aws:iam::${world.account.id}:role/${ROLE}`;
    await writeFile(
      path("assumed-config"),
      `[default]\n${role}\nsource_profile = source\nrole_session_name = assumed\nregion = us-east-1\n`,
    );
    const sts = { AWS_ENDPOINT_URL_STS: world.server.awsUrl, AWS_CONFIG_FILE: path("assumed-config") };
    expect(await loginOf("assumed", { ...sts, AWS_SHARED_CREDENTIALS_FILE: path("source") })).toBe(
      `aws-${ROLE}/assumed`,
    );
  });

  it("of a web identity, as Kubernetes gives it", async () => {
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = await session("web");
    const keys = { AccessKeyId, SecretAccessKey, SessionToken, Expiration: Expiration.toISOString() };
    const inner = Object.entries(keys).map(([name, value]) => `<${name}>${value}</${name}>`);
    const result = `<AssumeRoleWithWebIdentityResult><Credentials>${inner.join("")}</Credentials></AssumeRoleWithWebIdentityResult>`;
    const sts = await serve((_request, response) =>
      response
        .setHeader("content-type", "text/xml")
        .end(`<AssumeRoleWithWebIdentityResponse>${result}</AssumeRoleWithWebIdentityResponse>`),
    );
    await writeFile(path("web.jwt"), "the.web.identity");
    const identity = { AWS_WEB_IDENTITY_TOKEN_FILE: path("web.jwt"), AWS_ROLE_ARN: "arn:aws:iam::111122223333:role/x" };
    expect(await loginOf("web", { ...identity, AWS_ENDPOINT_URL_STS: sts, AWS_REGION: "us-east-1" })).toBe(
      `aws-${ROLE}/web`,
    );
  });

  it("of a container", async () => {
    const keys = given(await session("container"));
    const ecs = await serve(({ headers }, response) => {
      response.statusCode = headers.authorization === "for-this-container" ? 200 : 403;
      response.setHeader("content-type", "application/json").end(keys);
    });
    await writeFile(path("container.token"), "for-this-container");
    const container = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${ecs}/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path("container.token"),
    };
    expect(await loginOf("container", container)).toBe(`aws-${ROLE}/container`);
  });

  it("of an instance, by version 2 of the metadata service", async () => {
    const keys = given(await session("instance"));
    const folder = "/latest/meta-data/iam/security-credentials/";
    const instance = await serve(({ method, url, headers }, response) => {
      const isToken = method === "PUT" && url === "/latest/api/token";
      const has = headers["x-aws-ec2-metadata-token"] === "of-the-session";
      const answer = isToken
        ? "of-the-session"
        : has && url === folder
          ? ROLE
          : has && url === `${folder}${ROLE}`
            ? keys
            : "";
      response.statusCode = answer === "" ? 404 : 200;
      if (isToken) response.setHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600");
      response.end(answer);
    });
    const metadata = { AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: instance };
    expect(await loginOf("instance", metadata)).toBe(`aws-${ROLE}/instance`);
  });

  it("and tells none of them", async () => {
    for (const name of ["configured", "named", "program", "web", "container", "instance"]) {
      const token = await readFile(path(`${name}.token`), "utf8");
      expect(world.allOutput()).not.toContain(token);
    }
    expect(world.allOutput()).not.toMatch(/the\.web\.identity|for-this-container|of-the-session/);
  });
});
