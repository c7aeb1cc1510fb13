import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateActivationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SignJWT } from "jose";
import { createMethod, startAuth } from "../../../../src/agent/auth/index.ts";
import type { Login, Part, Surroundings } from "../../../../src/agent/contract.ts";
import { createClient } from "../../../../src/client/index.ts";
import { registerMachine } from "../../../../src/local/aws/index.ts";
import { type LocalServer, startLocalServer } from "../../../../src/local/server/index.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";
import { steady, systemClock } from "../../../../src/std/time.ts";
import { wallTimer } from "../../../../src/std/timer.ts";
import { CLIENT_AUTH, type Made, makeAuthority, makeCertificate } from "../../../support/certificates.ts";
import { onLoopback } from "../../../support/loopback.ts";
import { BINDER, hasSlapd, type Slapd, SUFFIX, startSlapd } from "../../../support/slapd.ts";
import { ACCOUNTS, type ClusterServer, startCluster } from "../../../support/token-review.ts";
import { trust } from "../../auth/aws/embedded-support.ts";
import { ADMIN_1, inProcess } from "../../local/aws/support.ts";
import { createWorld } from "../support/world.ts";
import { readConfig } from "./support.ts";

/** Every method against the whole server, over TLS. */

let folder: string;
let root: Made;
let local: LocalServer;
let cluster: ClusterServer;
let slapd: Slapd | undefined;
let before: NodeJS.ProcessEnv;

const file = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  fs.writeFileSync(file(name), content);
  return file(name);
};
const tls = () => ({ caCert: file("ca.pem") });
const address = (): string => local.url.replace("127.0.0.1", "localhost");

const operator = async (path: string, body: unknown, wrapTtl?: string) => {
  const token = new Sensitive(local.rootToken);
  const client = createClient({ address: address(), tls: tls(), keepAlive: false });
  return (await client.call({ method: "POST", path, body, token, ...(wrapTtl ? { wrapTtl } : {}) })).secret;
};
const mount = (type: string) => operator(`sys/auth/${type}`, { type });

beforeAll(async () => {
  before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  folder = fs.mkdtempSync(join(tmpdir(), "logins-"));
  root = await makeAuthority("CN=root");
  const server = await makeCertificate({ name: "CN=localhost", dns: ["localhost"], purposes: [], by: root });
  put("ca.pem", root.cert);
  put("cert.pem", server.cert);
  put("key.pem", server.key);
  const files = { cert: file("cert.pem"), key: file("key.pem"), clientCa: file("ca.pem") };
  [local, cluster, slapd] = await Promise.all([
    startLocalServer({ port: 0, sweeper: false, tls: files }),
    startCluster({ accounts: ACCOUNTS }),
    hasSlapd ? startSlapd() : undefined,
  ]);
  await Promise.all(["approle", "aws", "cert", "jwt", "kubernetes", "ldap", "userpass"].map(mount));
});
afterAll(async () => {
  await Promise.all([local.close(), cluster.close(), slapd?.stop()]);
  Object.assign(process.env, before);
  fs.rmSync(folder, { recursive: true, force: true });
});

const running: Part[] = [];
afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
});

const start = (type: string, config: string, url = address()) => {
  const world = createWorld();
  const surroundings: Surroundings = {
    ...world.surroundings,
    clock: systemClock,
    steady,
    timer: wallTimer,
    env: process.env,
  };
  const method = { ...readConfig(type, config), exitOnError: true };
  const vault = { address: url, tls: tls(), retries: 0 };
  const auth = startAuth({
    autoAuth: { method, sinks: [], reauthOnNewCredentials: false },
    method: createMethod(method, { vault, surroundings }),
    client: createClient({ address: url, ...(url.startsWith("https") ? { tls: tls() } : {}) }),
    surroundings,
  });
  running.push(auth);
  return { auth, world };
};

/** Logs in, and answers what the server says of the token. */
const loggedIn = async (type: string, config: string) => {
  const { auth, world } = start(type, config);
  await Promise.race([auth.ready, auth.ended]);
  const login: Login | undefined = auth.current();
  if (login?.kind !== "token") throw new Error("no token");
  const client = createClient({ address: address(), tls: tls(), keepAlive: false });
  const answer = await client.call({ method: "GET", path: "auth/token/lookup-self", token: login.token });
  expect(world.log()).not.toContain(login.token.reveal());
  return { data: answer.secret?.data ?? {}, log: world.log() };
};

describe("the agent logs in", () => {
  it("by approle, its secret id handed over wrapped", async () => {
    await operator("auth/approle/role/app", { token_policies: "app", token_ttl: "20m" });
    const { client } = { client: createClient({ address: address(), tls: tls(), keepAlive: false }) };
    const role = await client.call({
      method: "GET",
      path: "auth/approle/role/app/role-id",
      token: new Sensitive(local.rootToken),
    });
    put("role-id", String(role.secret?.data?.["role_id"]));
    const wrapped = await operator("auth/approle/role/app/secret-id", {}, "300s");
    put("secret-id", `${wrapped?.wrap_info?.token}\n`);
    const { data, log } = await loggedIn(
      "approle",
      `role_id_file_path = "${file("role-id")}" secret_id_file_path = "${file("secret-id")}" secret_id_response_wrapping_path = "auth/approle/role/app/secret-id"`,
    );
    expect(data["path"]).toBe("auth/approle/login");
    expect(fs.existsSync(file("secret-id"))).toBe(false);
    expect(log).not.toContain(wrapped?.wrap_info?.token ?? "-");
  });

  it("by kubernetes", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const uid = "11111111-1111-4111-8111-111111111111";
    const jwt = (account: Record<string, unknown>): Promise<string> =>
      new SignJWT(account)
        .setProtectedHeader({ alg: "RS256" })
        .setIssuer("k")
        .setNotBefore("-1m")
        .setExpirationTime("1h")
        .sign(privateKey);
    await operator("auth/kubernetes/config", {
      kubernetes_host: cluster.url,
      token_reviewer_jwt: await jwt({
        "kubernetes.io": {
          namespace: "g-system",
          serviceaccount: { name: "g-reviewer", uid: "99999999-9999-4999-8999-999999999999" },
        },
      }),
      disable_local_ca_jwt: true,
      kubernetes_ca_cert: root.cert,
    });
    await operator("auth/kubernetes/role/app", {
      bound_service_account_names: "g-app",
      bound_service_account_namespaces: "g-prod",
    });
    const account = { namespace: "g-prod", serviceaccount: { name: "g-app", uid } };
    put("sa", await jwt({ "kubernetes.io": account }));
    const { data } = await loggedIn("kubernetes", `role = "app" token_path = "${file("sa")}"`);
    expect(data["path"]).toBe("auth/kubernetes/login");
  });

  it("by jwt", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await operator("auth/jwt/config", {
      jwt_validation_pubkeys: [publicKey.export({ format: "pem", type: "spki" })],
      bound_issuer: "ci",
    });
    await operator("auth/jwt/role/ci", {
      role_type: "jwt",
      user_claim: "sub",
      bound_subject: "job",
      bound_audiences: "vault",
    });
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: "ES256" })
      .setIssuer("ci")
      .setSubject("job")
      .setAudience("vault")
      .setNotBefore("-1m")
      .setExpirationTime("1h")
      .sign(privateKey);
    const { data, log } = await loggedIn("jwt", `role = "ci" path = "${put("jwt", jwt)}"`);
    expect([data["path"], log.includes(jwt)]).toEqual(["auth/jwt/login", false]);
  });

  it("by userpass", async () => {
    await operator("auth/userpass/users/ann", { password: "canary-password" });
    const { data, log } = await loggedIn(
      "userpass",
      `username = "ann" password_file_path = "${put("pass", "canary-password\n")}"`,
    );
    expect([data["path"], log.includes("canary")]).toEqual(["auth/userpass/login/ann", false]);
  });

  (hasSlapd ? it : it.skip)("by ldap", async () => {
    await operator("auth/ldap/config", {
      url: slapd?.url,
      userdn: `ou=people,${SUFFIX}`,
      userattr: "uid",
      ...BINDER,
    });
    const { data } = await loggedIn("ldap", `username = "g-alice" password_file_path = "${put("ldap", "alice-pw\n")}"`);
    expect(data["path"]).toBe("auth/ldap/login/g-alice");
  });

  it("by cert, with a certificate of the method's own that may be renewed", async () => {
    const client = async (name: string): Promise<void> => {
      const made = await makeCertificate({ name: `CN=${name}`, by: root, purposes: [CLIENT_AUTH] });
      put("client.pem", made.cert);
      put("client.key", made.key);
    };
    await client("web");
    await operator("auth/cert/certs/web", { certificate: root.cert, allowed_common_names: "web,web-2" });
    const config = `name = "web" client_cert = "${file("client.pem")}" client_key = "${file("client.key")}" reload = true`;
    expect((await loggedIn("cert", config)).data["meta"]).toMatchObject({ common_name: "web" });
    await client("web-2");
    expect((await loggedIn("cert", config)).data["meta"]).toMatchObject({ common_name: "web-2" });
  });

  it("by aws with keys of a user, bound to this server by a header", async () => {
    await operator("auth/aws/config/client", { iam_server_id_header_value: "vault.example.com" });
    await operator("auth/aws/role/dev", { auth_type: "iam", bound_iam_principal_arn: "arn:aws:iam::111122223333:*" });
    const config = `type = "iam" role = "dev" access_key = "${ADMIN_1.accessKeyId}" secret_key = "${ADMIN_1.secretAccessKey}"`;
    const { data, log } = await loggedIn("aws", `${config} header_value = "vault.example.com"`);
    expect([data["path"], log.includes(ADMIN_1.secretAccessKey)]).toEqual(["auth/aws/login", false]);
    await expect(start("aws", config).auth.ended).rejects.toThrow("X-Vault-AWS-IAM-Server-ID");
  });

  it("by aws as a hybrid node, with the file that the SSM Agent keeps", async () => {
    const aws = local.embedded;
    if (aws === undefined) throw new Error("no embedded AWS");
    const iam = new IAMClient(inProcess(aws));
    await iam.send(new CreateRoleCommand({ RoleName: "hybrid", AssumeRolePolicyDocument: trust("ssm.amazonaws.com") }));
    const made = await new SSMClient(inProcess(aws)).send(
      new CreateActivationCommand({ IamRole: "hybrid", RegistrationLimit: 1 }),
    );
    const machine = await registerMachine(aws.handle, {
      activationId: made.ActivationId ?? "",
      activationCode: made.ActivationCode ?? "",
      region: "us-east-1",
      clock: systemClock,
    });
    await machine.ping({ PlatformType: "Linux" });
    const keys = await machine.credentials();
    put(
      "credentials",
      `[default]\naws_access_key_id=${keys.accessKeyId}\naws_secret_access_key=${keys.secretAccessKey}\naws_session_token=${keys.sessionToken}\n`,
    );
    Object.assign(process.env, { AWS_SHARED_CREDENTIALS_FILE: file("credentials"), AWS_EC2_METADATA_DISABLED: "true" });
    await operator("auth/aws/role/node", {
      auth_type: "iam",
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "us-east-1",
      bound_iam_principal_arn: "arn:aws:iam::111122223333:role/hybrid",
    });
    const { data } = await loggedIn(
      "aws",
      'type = "iam" role = "node" region = "us-east-1" header_value = "vault.example.com"',
    );
    expect(data["meta"]).toMatchObject({ inferred_entity_id: machine.instanceId });
  });
});

describe("a server that sends a login elsewhere", () => {
  it("gets an error, and the other place hears nothing", async () => {
    const heard: string[] = [];
    const other = await onLoopback(
      createServer((request, response) => {
        heard.push(request.url ?? "");
        response.end("{}");
      }),
    );
    const sender = await onLoopback(
      createServer((request, response) => {
        response.writeHead(307, { location: `http://127.0.0.1:${other.port}${request.url}` }).end();
      }),
    );
    put("secret-id", "canary-secret-id");
    const { auth, world } = start(
      "approle",
      `role_id_file_path = "${put("role-id", "r")}" secret_id_file_path = "${file("secret-id")}"`,
      `http://127.0.0.1:${sender.port}`,
    );
    await expect(auth.ended).rejects.toThrow("error authenticating");
    expect([heard, world.log().includes("canary")]).toEqual([[], false]);
    await Promise.all([other.close(), sender.close()]);
  });
});
