import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { HOMES } from "../../src/catalog.ts";
import { giveOrder, type Order } from "../../src/cli/operator.ts";
import { signOrder } from "../../src/cli/operator-identity.ts";
import { deployedFunctions, FUNCTION_TABLE, FUNCTIONS, type FunctionName } from "../../src/contract/functions.ts";
import { publicLine } from "../../src/engines/ssh/openssh/public-key.ts";
import { systemClock } from "../../src/std/time.ts";
import { make } from "../golden/make.ts";
import { makeAuthority, makeCertificate as makeClient } from "../support/certificates.ts";
import { startOidcProvider } from "../support/oidc-provider.ts";
import { ADMIN, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { readCertificate } from "../support/ssh-certificate.ts";
import { ACCOUNTS, startCluster } from "../support/token-review.ts";
import { callEc2 } from "../unit/auth/aws/embedded-support.ts";
import { makeCertificate } from "../unit/engines/database/support/certificate.ts";
import { ADMIN_1, inProcess, Sha256 } from "../unit/local/aws/support.ts";
import { ADDRESS, type Deployment, deploy, TABLE } from "./support/deployment.ts";
import { type Ask, answerOf, eventOf as eventFor, type Fields, objectOf, recorded } from "./support/events.ts";
import { type RunningFunction, startFunction } from "./support/lambda-worker.ts";
import { startRoleWall } from "./support/role-wall.ts";

/** The built functions themselves, as their assets hold them, answering recorded events over the embedded AWS. */

/** Whom the schedule wakes. */
const SCHEDULED = deployedFunctions(HOMES).filter((name) => FUNCTION_TABLE[name].scheduled !== undefined);

let deployment: Deployment;
let root: string;
beforeAll(async () => {
  deployment = await deploy();
  const made = await deployment.functions.system.invoke({ zeroth: "init" });
  root = String(objectOf(made.result)["root_token"]);
}, 120_000);
afterAll(() => deployment.close());
afterEach(() => {
  deployment.refuse = undefined;
});

const eventOf = (given: Ask): Fields => eventFor(given, root);

const ask = async (name: FunctionName, given: Ask = {}) =>
  answerOf((await deployment.functions[name].invoke(eventOf(given))).result);

const metricsOf = (name: FunctionName): readonly string[] =>
  deployment.functions[name]
    .output()
    .split("\n")
    .filter((line) => line.startsWith('{"_aws"'))
    .flatMap((line) => Object.keys(objectOf(JSON.parse(line))));

const auditLines = (output: string): readonly Fields[] =>
  output
    .split("\n")
    .filter((line) => line.includes('"type":"request"') || line.includes('"type":"response"'))
    .map((line) => objectOf(JSON.parse(line)));
const auditOf = (name: FunctionName): readonly Fields[] => auditLines(deployment.functions[name].output());

/** What the table's TTL removes within a week, as the stream shows it. */
const removals = async (): Promise<readonly unknown[]> => {
  const batch: unknown[] = [];
  const unsubscribe = deployment.aws.dynamo.subscribe(TABLE, async (records) => {
    batch.push(...records);
  });
  deployment.advanceTableClock(7 * 86_400);
  await deployment.aws.dynamo.expire();
  unsubscribe();
  return batch;
};

describe("a built function", () => {
  it.each(FUNCTIONS)("%s starts without a call to anybody", (name) => {
    expect(deployment.functions[name].touched).toEqual([]);
  });

  it.each(FUNCTIONS)("%s loads at most 600 KB at its start", (name) => {
    expect(deployment.inventories.get(name)?.eager.bytes).toBeLessThan(600 * 1024);
  });

  it("loads no client, engine or method at its start that its first request may not need", () => {
    const eager = Object.keys(deployment.inventories.get("kv")?.eager.origins ?? {});
    const early = /client-(?!dynamodb$|kms$)|fast-xml-parser|src\/(?:auth|engines|local)$/;

    expect(eager.filter((name) => early.test(name))).toEqual([]);
  });

  it("refuses to start where somebody redirects its calls to AWS", async () => {
    const { ZEROTH_TEST_ENDPOINTS: _, ...environment } = deployment.environmentOf("kv");
    await expect(startFunction(deployment.entryOf("kv"), environment)).rejects.toThrow(
      "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_LAMBDA must not be set",
    );
  });

  it("refuses to start as another function", async () => {
    const environment = deployment.environmentOf("policy");
    await expect(startFunction(deployment.entryOf("system"), environment)).rejects.toThrow("deployed as policy");
  });

  it("refuses to start without its table, and names the variable", async () => {
    const environment = { ...deployment.environmentOf("kv"), ZEROTH_TABLE_NAME: "" };
    await expect(startFunction(deployment.entryOf("kv"), environment)).rejects.toThrow("ZEROTH_TABLE_NAME");
  });

  it("refuses to start where certificates are not checked", async () => {
    const environment = { ...deployment.environmentOf("kv"), NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    await expect(startFunction(deployment.entryOf("kv"), environment)).rejects.toThrow("certificates");
  });

  it("V66, S43: shows no value of its environment when it fails or does not start", async () => {
    const canary = "canary-0f3a9c-of-the-environment";
    const environment: Record<string, string> = {
      ...deployment.environmentOf("kv"),
      AWS_ENDPOINT_URL: "http://192.0.2.1:9",
      AWS_SESSION_TOKEN: canary,
      SOMETHING_ELSE: canary,
    };
    const values = [canary, environment["AWS_SECRET_ACCESS_KEY"], environment["ZEROTH_KEY_ID"], "192.0.2.1"];
    const running = await startFunction(deployment.entryOf("kv"), environment);
    const said: unknown[] = [];
    for (const event of [null, [], { version: "2.0" }, { Records: [{}] }, eventOf({ path: "secret/data/app" })]) {
      said.push(await running.invoke(event, 1300));
    }
    said.push(running.output());
    await running.stop();
    const broken = { ...environment, ZEROTH_DOMAINS: canary, ZEROTH_TABLE_NAME: "" };
    const refusal = await startFunction(deployment.entryOf("kv"), broken).then(String, String);
    const text = JSON.stringify([...said, refusal]);

    expect(refusal).toContain("ZEROTH_");
    expect(values.every((value) => (value?.length ?? 0) > 5)).toBe(true);
    expect(values.filter((value) => value !== undefined && text.includes(value))).toEqual([]);
  });

  it("answers before its time is over when AWS does not answer", async () => {
    const silent = await startFunction(deployment.entryOf("kv"), {
      ...deployment.environmentOf("kv"),
      AWS_ENDPOINT_URL: "http://192.0.2.1:9",
    });
    const { result } = await silent.invoke(eventOf({ path: "secret/data/app" }), 1300);
    await silent.stop();

    expect(answerOf(result)).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
  });
});

describe("the operator's orders", () => {
  it("made the first root token, which works", async () => {
    const { data } = await ask("login", { path: "auth/token/lookup-self" });
    expect(data).toMatchObject({ policies: ["root"], ttl: 0 });
  });

  it("make the first root token once", async () => {
    const { result } = await deployment.functions.system.invoke({ zeroth: "init" });
    expect(result).toEqual({ errors: ["Vault is already initialized"] });
  });

  it("make another root token when asked, and count it for the alarm", async () => {
    const { result } = await deployment.functions.system.invoke({ zeroth: "generate-root" });
    const token = String(objectOf(result)["root_token"]);

    expect((await ask("login", { path: "auth/token/lookup-self", token })).data).toMatchObject({ policies: ["root"] });
    expect(metricsOf("system")).toContain("RootGenerated");
  });

  it.each([
    ["with another member next to it", { zeroth: "init", force: true }],
    ["of another name", { zeroth: "seal" }],
    [
      "with an identity that is not a signed request",
      { zeroth: "generate-root", identity: { arn: "arn:aws:iam::1:root" } },
    ],
    ["inside an HTTP event", { ...recorded("post-json"), zeroth: "generate-root" }],
    ["in a list", [{ zeroth: "init" }]],
    ["as text", '{"zeroth":"init"}'],
  ])("are refused %s", async (_, event) => {
    const { result } = await deployment.functions.system.invoke(event);
    const { errors = [] } = objectOf(result);
    expect(JSON.stringify(result)).not.toContain("root_token");
    expect([errors, Number(answerOf(result).status) >= 400]).not.toEqual([[], false]);
  });

  it.each(["sys/init", "sys/generate-root", "sys/mounts"])(
    "are not accepted in the body of a request to %s",
    async (path) => {
      const answer = await ask("system", { event: "post-json", path, body: { zeroth: "generate-root" }, token: "" });
      expect(answer.text).not.toContain("root_token");
      expect(answer.status).toBeGreaterThanOrEqual(400);
    },
  );

  it("are obeyed by no other function", async () => {
    for (const name of ["kv", "login", "dynamic", "policy", "wrapping"] as const) {
      const { result } = await deployment.functions[name].invoke({ zeroth: "generate-root" });
      expect(answerOf(result).status).toBe(400);
    }
  });
});

describe("the seal", () => {
  it("is taken back by the operator's order, which is audited and counted (F1)", async () => {
    expect((await ask("system", { event: "post-json", path: "sys/seal", body: {} })).status).toBe(204);
    const sealed = await ask("kv", { path: "secret/data/app" });
    const { result } = await deployment.functions.system.invoke({ zeroth: "unseal" });
    const open = await ask("login", { path: "auth/token/lookup-self" });

    expect(sealed.status).toBe(503);
    expect(result).toEqual({ done: "unseal" });
    expect(open.status).toBe(200);
    expect(metricsOf("system")).toEqual(expect.arrayContaining(["Sealed", "Unsealed"]));
    expect(auditOf("system").filter(({ request }) => objectOf(request)["path"] === "sys/unseal")).toHaveLength(2);
  });
});

describe("the operator's identity", () => {
  const ARN = "arn:aws:iam::111122223333:user/";
  const order = (name: Order, credentials = ADMIN_1, to = "system") =>
    giveOrder(
      name,
      { function: `arn:aws:lambda:us-east-1:111122223333:function:${to}`, region: "us-east-1" },
      { endpoint: deployment.lambda.url, credentials },
    );
  const asked = () => auditOf("system").filter(({ request }) => objectOf(request)["path"] === "sys/generate-root");
  const operatorOf = (line: Fields | undefined) => objectOf(objectOf(line?.["auth"])["metadata"])["aws_principal_arn"];

  it("is verified with STS and is in the audit line (F10)", async () => {
    expect(await order("generate-root")).toMatch(/^hvs\./);
    expect(asked().slice(-2).map(operatorOf)).toEqual([
      expect.stringMatching(`^${ARN}`),
      expect.stringMatching(`^${ARN}`),
    ]);
  });

  it("is refused with a signature whose secret is wrong, and that is recorded", async () => {
    const wrong = { ...ADMIN_1, secretAccessKey: "guessed" };
    await expect(order("generate-root", wrong)).rejects.toThrow("received error code 403 from STS");
    expect(asked().at(-1)).toMatchObject({ type: "response", error: expect.stringContaining("403") });
  });

  it("is refused with a signature made for another order or another function", async () => {
    const keys = { region: "us-east-1", credentials: ADMIN_1 };
    for (const identity of [
      await signOrder("unseal", "system", keys),
      await signOrder("generate-root", "other", keys),
    ]) {
      const { result } = await deployment.functions.system.invoke({ zeroth: "generate-root", identity });
      expect(result).toEqual({ errors: [expect.stringContaining("X-Vault-AWS-IAM-Server-ID")] });
    }
  });

  describe("where a deployment names its operators", () => {
    const start = async (operators: readonly string[]) =>
      startFunction(deployment.entryOf("system"), {
        ...deployment.environmentOf("system"),
        ZEROTH_OPERATORS: JSON.stringify(operators),
      });
    const give = async (operators: readonly string[], credentials: typeof ADMIN_1 | undefined) => {
      const named = await start(operators);
      const keys = { region: "us-east-1", credentials: credentials ?? ADMIN_1 };
      const identity = await signOrder("generate-root", "system", keys);
      const { result } = await named.invoke({ zeroth: "generate-root", ...(credentials ? { identity } : {}) });
      const lines = auditLines(named.output());
      await named.stop();
      return { result: objectOf(result), lines };
    };

    it("is held against the list", async () => {
      const { result } = await give([`${ARN}*`], ADMIN_1);
      expect(result["root_token"]).toMatch(/^hvs\./);
    });

    it("is refused when it is not in the list, and the refusal names it", async () => {
      const { result, lines } = await give(["arn:aws:iam::111122223333:role/break-glass"], ADMIN_1);

      expect(result).toEqual({ errors: [expect.stringContaining("is not one of the operators")] });
      expect(lines.map(operatorOf)).toEqual([expect.stringMatching(`^${ARN}`), expect.stringMatching(`^${ARN}`)]);
    });

    it("must come with the order", async () => {
      const { result } = await give([`${ARN}*`], undefined);
      expect(result).toEqual({ errors: [expect.stringContaining("zeroth operator")] });
    });
  });
});

describe("a login with an AWS identity", () => {
  const signedLogin = async () => {
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    const hostname = "sts.us-east-1.amazonaws.com";
    const signer = new SignatureV4({ service: "sts", region: "us-east-1", credentials: ADMIN_1, sha256: Sha256 });
    const headers = {
      host: hostname,
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "content-length": String(body.length),
    };
    const signed = await signer.sign({
      method: "POST",
      protocol: "https:",
      hostname,
      path: "/",
      query: {},
      headers,
      body,
    });
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    return {
      role: "admins",
      iam_http_request_method: "POST",
      iam_request_url: base64(`https://${hostname}/`),
      iam_request_body: base64(body),
      iam_request_headers: base64(JSON.stringify(signed.headers)),
    };
  };

  it("gets a token of the role's policies, and the signature works once where it is to", async () => {
    await ask("system", { event: "post-json", path: "sys/auth/aws", body: { type: "aws" } });
    const role = { auth_type: "iam", bound_iam_principal_arn: "arn:aws:iam::111122223333:*", token_policies: "app" };
    expect(await ask("login", { event: "post-json", path: "auth/aws/role/admins", body: role })).toMatchObject({
      status: 204,
    });

    const login = (body: object) => ask("login", { event: "post-json", path: "auth/aws/login", body, token: "" });
    const shared = await signedLogin();
    expect(objectOf((await login(shared)).body["auth"])["token_policies"]).toEqual(["app", "default"]);
    expect((await login(shared)).status).toBe(200);

    await ask("login", { event: "post-json", path: "auth/aws/config/client", body: { replay_window: 0 } });
    expect(await login(shared)).toMatchObject({
      status: 400,
      body: { errors: ["login request has already been used"] },
    });
  });
});

describe("a login with an instance identity document", () => {
  const post = (path: string, body: object, token?: string) =>
    ask("login", { event: "post-json", path, body, ...(token === undefined ? {} : { token }) });

  it("is let in by the function's own rights, and cut off when the instance stops", async () => {
    const before = deployment.denied.length;
    const { aws } = deployment;
    const launched = await callEc2(aws, { Action: "RunInstances", MinCount: "1", MaxCount: "1" });
    const instanceId = /<instanceId>(.*?)<\/instanceId>/.exec(launched)?.[1] ?? "";
    const { rsa2048: pkcs7, certificate: aws_public_cert } = await aws.instanceIdentity({
      accountId: "111122223333",
      instanceId,
    });
    await ask("system", { event: "post-json", path: "sys/auth/machines", body: { type: "aws" } });
    expect((await post("auth/machines/config/certificate/double", { aws_public_cert })).status).toBe(204);
    const role = { auth_type: "ec2", bound_account_id: "111122223333", token_policies: "app", token_ttl: "1h" };
    expect((await post("auth/machines/role/fleet", role)).status).toBe(204);

    const { status, body } = await post("auth/machines/login", { role: "fleet", pkcs7, nonce: "n" }, "");
    const token = String(objectOf(body["auth"])["client_token"]);
    const renew = () => post("auth/token/renew-self", {}, token);
    expect([status, (await renew()).status]).toEqual([200, 200]);
    expect((await ask("login", { path: `auth/machines/identity-accesslist/${instanceId}` })).status).toBe(200);
    await callEc2(aws, { Action: "StopInstances", "InstanceId.1": instanceId });
    expect((await renew()).status).toBe(400);
    expect(deployment.denied.slice(before)).toEqual([]);
  });
});

describe("a login with a second factor", () => {
  const post = (name: FunctionName, path: string, body: object, token?: string) =>
    ask(name, { event: "post-json", path, body, ...(token === undefined ? {} : { token }) });

  it("is configured in system, waits in login, and is finished there by its code, once", async () => {
    await post("system", "sys/auth/people", { type: "userpass" });
    await post("login", "auth/people/users/ada", { password: "correct-horse", token_policies: "app" });
    const login = () => post("login", "auth/people/login/ada", { password: "correct-horse" }, "");
    const { entity_id } = objectOf((await login()).body["auth"]);
    const made = await post("system", "identity/mfa/method/totp", { issuer: "Zeroth", method_name: "phone" });
    const method_id = String(made.data["method_id"]);
    const enrolled = await post("system", "identity/mfa/method/totp/admin-generate", { method_id, entity_id });
    const enforcement = { mfa_method_ids: [method_id], auth_method_types: ["userpass"] };
    await post("system", "identity/mfa/login-enforcement/people", enforcement);

    const waiting = objectOf((await login()).body["auth"]);
    expect(waiting["client_token"]).toBe("");
    const { mfa_request_id } = objectOf(waiting["mfa_requirement"]);
    const code = String(make("totp", [enrolled.data["url"], 0], systemClock.now()));
    const payload = { mfa_request_id, mfa_payload: { [method_id]: [code] } };
    expect((await post("login", "sys/mfa/validate", payload, "")).status).toBe(200);
    expect((await post("login", "sys/mfa/validate", payload, "")).status).toBe(400);
    expect((await login()).status).toBe(200);
    await ask("system", { method: "DELETE", path: "identity/mfa/login-enforcement/people" });
  });
});

describe("a login that asks another system", () => {
  const G_APP = { name: "g-app", uid: ACCOUNTS["g-prod:g-app"]?.uid };
  /** The double judges no signature. */
  const unsigned = (claims: Fields): string =>
    [{ alg: "RS256" }, claims, "signature"]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
  const configure = async (running: RunningFunction, base_url: string) => {
    const body = { organization: "acme", organization_id: 1, base_url };
    const event = eventOf({ event: "post-json", path: "auth/github/config", body });
    return answerOf((await running.invoke(event)).result);
  };

  it("V10: may name a host in the private ranges of the function's environment, and in no others", async () => {
    await ask("system", { event: "post-json", path: "sys/auth/github", body: { type: "github" } });
    const { login } = deployment.functions;
    const inside = await startFunction(deployment.entryOf("login"), {
      ...deployment.environmentOf("login"),
      ZEROTH_REACHABLE: '["10.20.0.0/16"]',
    });
    const urls = ["https://10.20.0.1/", "https://10.30.0.1/", "https://169.254.169.254/"];
    const statuses = async (running: RunningFunction) =>
      (await Promise.all(urls.map((url) => configure(running, url)))).map(({ status }) => status);

    expect(await statuses(login)).toEqual([400, 400, 400]);
    expect(await statuses(inside)).toEqual([204, 400, 400]);
    await inside.stop();
  });

  it("asks a cluster from the built function, over TLS with the configured authorities", async () => {
    const tls = makeCertificate("127.0.0.1", new Date(Date.UTC(2100, 0, 1)));
    const cluster = await startCluster({ accounts: ACCOUNTS, tls });
    const login = (jwt: string) =>
      ask("login", { event: "post-json", path: "auth/kubernetes/login", body: { role: "app", jwt }, token: "" });
    const write = (path: string, body: Fields) => ask("login", { event: "post-json", path, body });
    try {
      await ask("system", { event: "post-json", path: "sys/auth/kubernetes", body: { type: "kubernetes" } });
      const config = { kubernetes_host: cluster.url, kubernetes_ca_cert: tls.cert };
      expect((await write("auth/kubernetes/config", config)).status).toBe(204);
      const role = {
        bound_service_account_names: "g-app",
        bound_service_account_namespaces: "g-prod",
        bound_service_account_namespace_selector: "matchLabels:\n  env: prod\n",
        audience: "vault",
      };
      expect((await write("auth/kubernetes/role/app", role)).status).toBe(204);
      const claims = { aud: ["vault"], "kubernetes.io": { namespace: "g-prod", serviceaccount: G_APP } };
      const answer = await login(unsigned(claims));

      expect([answer.status, objectOf(objectOf(answer.body["auth"])["metadata"])["service_account_name"]]).toEqual([
        200,
        "g-app",
      ]);
      expect((await login(unsigned({ ...claims, aud: ["other"] }))).status).toBe(403);
    } finally {
      await cluster.close();
    }
  });

  it("begins a login with a browser in one process and ends it in another, once", async () => {
    const provider = await startOidcProvider(systemClock);
    const write = (path: string, body: Fields) => ask("login", { event: "post-json", path, body });
    const other = await startFunction(deployment.entryOf("login"), deployment.environmentOf("login"));
    try {
      await ask("system", { event: "post-json", path: "sys/auth/oidc", body: { type: "oidc" } });
      const config = {
        oidc_discovery_url: provider.url,
        oidc_client_id: "g-client",
        oidc_client_secret: "g-client-secret",
      };
      expect((await write("auth/oidc/config", config)).status).toBe(204);
      const redirect_uri = "https://app.example.com/cb";
      const role = { user_claim: "sub", allowed_redirect_uris: [redirect_uri], groups_claim: "groups" };
      expect((await write("auth/oidc/role/web", role)).status).toBe(204);
      const begun = await write("auth/oidc/oidc/auth_url", { role: "web", redirect_uri });
      const visited = await fetch(`${begun.data["auth_url"]}&login=alice`, { redirect: "manual" });
      const { state, code } = objectOf(await visited.json());
      const path = `auth/oidc/oidc/callback?state=${state}&code=${code}`;
      const end = async () => answerOf((await other.invoke(eventOf({ path, token: "" }))).result);

      expect(objectOf(objectOf((await end()).body["auth"])["metadata"])).toEqual({ role: "web" });
      expect((await end()).status).toBe(400);
    } finally {
      await other.stop();
      await provider.close();
    }
  });
});

describe("key/value secrets", () => {
  beforeAll(async () => {
    await ask("system", {
      event: "post-json",
      path: "sys/mounts/secret",
      body: { type: "kv", options: { version: "2" } },
    });
  });

  it("are written and read", async () => {
    expect((await ask("kv", { event: "post-json" })).status).toBe(200);
    expect((await ask("kv", { event: "get" })).data).toMatchObject({ data: { password: "s3cr3t" } });
  });

  it("come in bodies that the gateway encodes, whatever type curl claims", async () => {
    expect((await ask("kv", { event: "post-base64" })).status).toBe(200);
    expect((await ask("kv", { path: "secret/data/by-curl" })).data).toMatchObject({ data: { from: "curl" } });
  });

  it("have names that the gateway decoded, and are not decoded again", async () => {
    const { rawPath } = recorded("get-decoded-path");
    const path = String(rawPath).replace("/v1/", "");
    expect((await ask("kv", { event: "post-json", path })).status).toBe(200);
    expect((await ask("kv", { event: "get-decoded-path" })).data).toMatchObject({ data: { password: "s3cr3t" } });
  });

  it("are refused to two tokens at once, even the same one", async () => {
    expect((await ask("kv", { event: "get-two-tokens" })).status).toBeGreaterThanOrEqual(400);
  });

  it("are read whatever cookies come along, and not by a cookie", async () => {
    expect((await ask("kv", { event: "get-with-cookies" })).status).toBe(200);
    const event = { ...eventOf({ event: "get-with-cookies" }), headers: {} };
    expect(answerOf((await deployment.functions.kv.invoke(event)).result).status).toBe(403);
  });

  it("are listed by the verb and by the query alike", async () => {
    const verb = await ask("kv", { event: "list-verb" });
    const query = await ask("kv", { event: "list-query" });

    expect(verb.data["keys"]).toContain("app");
    expect(query.data).toEqual(verb.data);
  });
});

describe("policies", () => {
  it("hold on the next request, in every function", async () => {
    const policy = 'path "secret/data/app" { capabilities = ["read"] }';
    const written = await ask("policy", { event: "post-json", path: "sys/policies/acl/app", body: { policy } });
    expect(written.status).toBe(204);
    const created = await ask("login", { event: "post-json", path: "auth/token/create", body: { policies: ["app"] } });
    const token = String(objectOf(created.body["auth"])["client_token"]);

    expect((await ask("kv", { event: "get", token })).status).toBe(200);
    expect((await ask("kv", { event: "post-json", token })).status).toBe(403);
    expect((await ask("system", { path: "sys/mounts", token })).status).toBe(403);

    await ask("policy", { method: "DELETE", path: "sys/policies/acl/app" });
    expect((await ask("kv", { event: "get", token })).status).toBe(403);
  });
});

describe("wrapped answers", () => {
  it("are unwrapped once", async () => {
    const wrapped = await ask("kv", { event: "get", headers: { "x-vault-wrap-ttl": "60" } });
    const token = String(objectOf(wrapped.body["wrap_info"])["token"]);
    const unwrap = () => ask("wrapping", { event: "post-json", path: "sys/wrapping/unwrap", body: {}, token });

    expect((await unwrap()).data).toMatchObject({ data: { password: "s3cr3t" } });
    expect((await unwrap()).status).toBe(400);
  });
});

describe("a client certificate", () => {
  const withCertificate = (event: Fields, clientCertPem: string): Fields => ({
    ...event,
    requestContext: {
      ...objectOf(event["requestContext"]),
      authentication: { clientCert: { clientCertPem, subjectDN: "CN=forged", serialNumber: "1" } },
    },
  });
  const loginEvent = (headers = {}) =>
    eventOf({ event: "post-json", path: "auth/cert/login", token: "none", body: {}, headers });
  const answerTo = async (name: FunctionName, event: Fields) =>
    answerOf((await deployment.functions[name].invoke(event)).result);

  it("that the gateway checked logs in and renews, one in a header does not", async () => {
    const authority = await makeAuthority("CN=root", { notAfter: "2090-01-01T00:00:00Z" });
    const client = await makeClient({ name: "CN=web", by: authority });
    await ask("system", { event: "post-json", path: "sys/auth/cert", body: { type: "cert" } });
    await ask("login", { event: "post-json", path: "auth/cert/certs/web", body: { certificate: authority.cert } });

    const shown = await answerTo("login", withCertificate(loginEvent(), client.cert));
    expect([shown.status, objectOf(objectOf(shown.body["auth"])["metadata"])["common_name"]]).toEqual([200, "web"]);
    const headers = { "x-forwarded-client-cert": encodeURIComponent(client.cert), "x-amzn-mtls-clientcert": "x" };
    const forged = await answerTo("login", loginEvent(headers));
    expect([forged.status, forged.body["errors"]]).toEqual([400, ["no client certificate found"]]);

    const token = String(objectOf(shown.body["auth"])["client_token"]);
    const renewal = eventOf({ event: "post-json", path: "auth/token/renew-self", token, body: {} });
    expect((await answerTo("login", renewal)).status).toBe(400);
    expect((await answerTo("login", withCertificate(renewal, client.cert))).status).toBe(200);
  });

  it("goes along with a request that is handed on", async () => {
    const event = withCertificate(eventOf({ path: "sys/mounts" }), "from the gateway");
    await answerTo("kv", event);
    expect(objectOf(deployment.lambda.invoked.at(-1)?.event)).toMatchObject({
      requestContext: { authentication: { clientCert: { clientCertPem: "from the gateway" } } },
    });
  });
});

describe("a request that reaches the wrong function", () => {
  const last = () => deployment.lambda.invoked.at(-1);

  it.each([
    ["sys/mounts", "system"],
    ["sys/policies/acl?list=true", "policy"],
    ["auth/token/accessors", "login"],
    ["sys/wrapping/lookup", "wrapping"],
    ["identity/entity/id?list=true", "system"],
    ["sys/leases/lookup/?list=true", "dynamic"],
  ])("for %s is handed on by kv to %s", async (path, to) => {
    // A verb that the gateway may not route is how a path below `auth/` comes here.
    await ask("kv", { path, ...(path.startsWith("auth/") ? { method: "LIST" } : {}) });
    expect(last()?.name).toMatch(new RegExp(`:${to}$`));
  });

  it.each([
    ["doubled slashes in front", "//v1/auth/token/lookup-self", "//v1/auth/token/lookup-self"],
    ["doubled slashes inside", "/v1//auth/token/lookup-self", "/v1//auth/token/lookup-self"],
    ["a slash that was encoded", "/v1/auth%2Ftoken/lookup-self", "/v1/auth/token/lookup-self"],
    ["a letter that was encoded", "/v1/%61uth/token/lookup-self", "/v1/auth/token/lookup-self"],
  ])("is refused where its path went round its route, by %s (%s)", async (_, _sent, rawPath) => {
    const before = deployment.lambda.invoked.length;
    const event = { ...eventOf({ event: "post-json", body: { password: "x" } }), rawPath };
    const answer = answerOf((await deployment.functions.kv.invoke(event)).result);
    expect(answer.status).toBe(400);
    expect(answer.body["errors"]).toEqual([expect.stringContaining("send this path as it is")]);
    expect(deployment.lambda.invoked).toHaveLength(before);
  });

  it("is refused with dot segments by whoever gets it", async () => {
    const before = deployment.lambda.invoked.length;
    const event = { ...eventOf({ event: "post-json" }), rawPath: "/v1/secret/../auth/token/lookup-self" };
    expect(answerOf((await deployment.functions.kv.invoke(event)).result).status).toBe(400);
    expect(deployment.lambda.invoked).toHaveLength(before);
  });

  it("gets the other function's answer, whole", async () => {
    const own = await ask("system", { path: "sys/mounts" });
    const through = await ask("kv", { path: "sys/mounts" });
    expect(through).toEqual({
      ...own,
      text: expect.any(String),
      body: { ...own.body, request_id: expect.any(String) },
    });
  });

  it("spends one use of its token, not two", async () => {
    const body = { policies: ["root"], num_uses: 2 };
    const created = await ask("login", { event: "post-json", path: "auth/token/create", body });
    const token = String(objectOf(created.body["auth"])["client_token"]);

    const through = async () => (await ask("kv", { path: "sys/mounts", token })).status;
    expect([await through(), await through(), await through()]).toEqual([200, 200, 403]);
  });

  it("is handed on once: who gets it and does not serve it says so to kv alone", async () => {
    const event = { ...eventOf({ path: "secret/data/app" }), zerothHandedOn: true };
    expect((await deployment.functions.login.invoke(event)).result).toEqual({ zerothNotServed: true });
  });

  it("cannot claim over HTTP to have been handed on", async () => {
    const answer = await ask("kv", {
      path: "sys/mounts",
      headers: { zerothHandedOn: "true", "zeroth-handed-on": "true" },
    });
    expect(answer.status).toBe(200);
  });

  it("gets 503 when the mount is served nowhere just now, and no function calls in a circle", async () => {
    const before = deployment.lambda.invoked.length;
    const event = { ...eventOf({ path: "auth/token/lookup-self" }), zerothHandedOn: true };
    expect((await deployment.functions.kv.invoke(event)).result).toEqual({ zerothNotServed: true });
    expect(deployment.lambda.invoked).toHaveLength(before);
  });

  it("does not exist on a function that forwards nothing", async () => {
    expect(await ask("policy", { path: "secret/data/app" })).toMatchObject({
      status: 404,
      body: { errors: ['no handler for route "secret/data/app". route entry not found.'] },
    });
  });

  it.each([
    [429, 503],
    [413, 413],
  ])("is answered when Lambda says %d: with %d", async (said, status) => {
    deployment.refuse = () => said;
    expect((await ask("kv", { path: "sys/mounts" })).status).toBe(status);
  });

  it("gets 503 and no detail when the other function fails", async () => {
    const before = deployment.lambda.invoked.length;
    deployment.refuse = () => {
      throw new Error("the connection breaks");
    };
    const answer = await ask("kv", { path: "sys/mounts" });

    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    expect(answer.body["errors"]).toEqual(["the function that serves this path is unavailable, try again"]);
    // Never twice: the other one may have worked before its answer was lost.
    expect(deployment.lambda.invoked).toHaveLength(before + 1);
  });
});

describe("a database's credentials", () => {
  const CREATE = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
  const post = (path: string, body: unknown) => ask("kv", { event: "post-json", path, body });
  let pg: TestPostgres;
  beforeAll(async () => {
    pg = await startPostgres();
    await ask("system", { event: "post-json", path: "sys/mounts/db", body: { type: "database" } });
    const config = { plugin_name: "postgresql-database-plugin", connection_url: pg.url, ...ADMIN, allowed_roles: "*" };
    expect((await post("db/config/pg", config)).status).toBe(204);
    const role = { db_name: "pg", creation_statements: CREATE, default_ttl: "1h", max_ttl: "24h" };
    expect((await post("db/roles/app", role)).status).toBe(204);
  }, 60_000);
  afterAll(() => pg.stop());

  const issue = async () => {
    const { body, data } = await ask("kv", { path: "db/creds/app" });
    const { username, password } = data;
    return { username: String(username), password: String(password), lease: String(body["lease_id"]) };
  };

  it("are made by dynamic, which kv hands the request to, and log in", async () => {
    const { username, password } = await issue();

    expect(deployment.lambda.invoked.at(-1)?.name).toMatch(/:dynamic$/);
    expect(await pg.logsIn(username, password)).toBe(true);
  });

  it("are gone when their lease is revoked", async () => {
    const { username, lease } = await issue();
    const body = { lease_id: lease };

    expect((await ask("dynamic", { event: "post-json", path: "sys/leases/revoke", body })).status).toBe(204);
    expect(await pg.exists(username)).toBe(false);
  });

  it("are ended by revoke when DynamoDB's TTL removed the lease before the sweeper came, and an alarm hears of it", async () => {
    const { username } = await issue();
    const { result } = await deployment.functions.revoke.invoke({ Records: await removals() }, 60_000);

    expect(result).toEqual({ batchItemFailures: [] });
    expect(await pg.exists(username)).toBe(false);
    expect(metricsOf("revoke")).toContain("LeaseRevokedLate");
  });

  it("of a static role change by the clock though nobody reads them (F5)", async () => {
    await pg.query("CREATE ROLE fixed LOGIN PASSWORD 'start'");
    const role = { db_name: "pg", username: "fixed", rotation_period: "5s" };
    expect((await post("db/static-roles/svc", role)).status).toBe(204);
    const rotated = async () => (await ask("kv", { path: "db/static-roles/svc" })).data["last_vault_rotation"];
    const first = await rotated();
    const before = deployment.denied.length;
    // Its five seconds pass by the wall clock, which built functions read.
    while ((await rotated()) === first) await deployment.functions.dynamic.invoke(recorded("schedule"), 60_000);

    const { data } = await ask("kv", { path: "db/static-creds/svc" });
    expect(await pg.logsIn("fixed", String(data["password"]))).toBe(true);
    expect(deployment.denied.slice(before)).toEqual([]);
    // Or it would come due again after the database has stopped.
    expect((await post("db/static-roles/svc", { ...role, rotation_period: "24h" })).status).toBe(204);
  }, 60_000);

  it("give way to a secret when another engine is mounted in their place, though kv has not heard of it", async () => {
    await ask("system", { event: "post-json", path: "sys/mounts/moved", body: { type: "database" } });
    expect((await ask("kv", { path: "moved/roles/nobody" })).status).toBe(404);
    await ask("system", { method: "DELETE", path: "sys/mounts/moved" });
    await ask("system", { event: "post-json", path: "sys/mounts/moved", body: { type: "kv" } });

    expect((await ask("kv", { event: "post-json", path: "moved/a", body: { b: "c" } })).status).toBe(204);
    expect((await ask("kv", { path: "moved/a" })).data).toEqual({ b: "c" });
  });
});

describe("who a caller is, for other systems", () => {
  const REDIRECT = "https://app.example.com/cb";
  const oidc = (path: string, body: object, token?: string) =>
    ask("system", {
      event: "post-json",
      path: `identity/oidc/${path}`,
      body,
      ...(token === undefined ? {} : { token }),
    });
  const open = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    ask("system", { path: `identity/oidc/${path}`, token: "", headers });
  const issuer = `${ADDRESS}/v1/identity/oidc`;
  let token = "";
  let entity = "";

  beforeAll(async () => {
    await ask("system", { event: "post-json", path: "sys/auth/people", body: { type: "userpass" } });
    const policy = 'path "identity/oidc/token/*" { capabilities = ["read"] }';
    await ask("policy", { event: "post-json", path: "sys/policies/acl/tokens", body: { policy } });
    const user = { password: "correct-horse", token_policies: "tokens" };
    await ask("login", { event: "post-json", path: "auth/people/users/ada", body: user });
    const login = { event: "post-json", path: "auth/people/login/ada", body: { password: "correct-horse" }, token: "" };
    const auth = objectOf((await ask("login", login)).body["auth"]);
    [token, entity] = [String(auth["client_token"]), String(auth["entity_id"])];
    const key = { algorithm: "RS256", allowed_client_ids: "*" };
    expect((await oidc("key/machines", key)).status).toBe(204);
  });

  it("is signed by system, with the issuer its environment names, and verified with the keys it publishes", async () => {
    expect((await oidc("role/app", { key: "machines", client_id: "elsewhere" })).status).toBe(204);
    const { data } = await ask("system", { path: "identity/oidc/token/app", token });
    const keys = await open(".well-known/keys");
    const verified = await jwtVerify(String(data["token"]), createLocalJWKSet(JSON.parse(keys.text) as JSONWebKeySet), {
      issuer,
      audience: "elsewhere",
    });

    expect([verified.payload.sub, keys.headers["cache-control"]]).toEqual([entity, "max-age=3600"]);
    expect((await open(".well-known/openid-configuration")).body["issuer"]).toBe(issuer);
  });

  it("is told to an application by code, id token and userinfo", async () => {
    await oidc("client/wiki", { key: "machines", redirect_uris: REDIRECT, assignments: "allow_all" });
    await oidc("provider/corp", { allowed_client_ids: "*" });
    const { data } = await ask("system", { path: "identity/oidc/client/wiki" });
    const client = { client_id: data["client_id"], client_secret: data["client_secret"], redirect_uri: REDIRECT };
    const asked = { ...client, client_secret: undefined, response_type: "code", scope: "openid", state: "s" };
    const { body } = await oidc("provider/corp/authorize", asked, token);
    const grant = { ...client, grant_type: "authorization_code", code: body["code"] };
    const tokens = await oidc("provider/corp/token", grant, "");
    const again = await oidc("provider/corp/token", grant, "");
    const authorization = `Bearer ${String(tokens.body["access_token"])}`;
    const userinfo = await open("provider/corp/userinfo", { authorization });
    const nobody = await open("provider/corp/userinfo", { authorization: "Bearer nobody" });

    expect([tokens.status, tokens.headers["pragma"], again.status]).toEqual([200, "no-cache", 400]);
    expect([userinfo.status, userinfo.body]).toEqual([200, { sub: entity }]);
    expect([nobody.status, nobody.headers["www-authenticate"]]).toEqual([
      401,
      'Bearer error="invalid_token",error_description="permission denied"',
    ]);
  });
});

describe("ways into hosts", () => {
  const post = (path: string, body: unknown, token?: string) =>
    ask("kv", { event: "post-json", path, body, ...(token === undefined ? {} : { token }) });
  const verify = (otp: string) => post("ssh/verify", { otp }, "");
  const issue = async () => {
    const { body, data } = await post("ssh/creds/web", { ip: "10.1.2.3" });
    return { key: String(data["key"]), lease: String(body["lease_id"]) };
  };
  const last = () => deployment.lambda.invoked.at(-1)?.name;

  beforeAll(async () => {
    await ask("system", { event: "post-json", path: "sys/mounts/ssh", body: { type: "ssh" } });
    const otp = { key_type: "otp", default_user: "ubuntu", cidr_list: "10.0.0.0/8" };
    expect((await post("ssh/roles/web", otp)).status).toBe(204);
  });

  it("are one-time passwords that keys makes and verifies once", async () => {
    const { key } = await issue();
    const first = await verify(key);
    const second = await verify(key);

    expect(last()).toMatch(/:keys$/);
    expect(first.data).toEqual({ ip: "10.1.2.3", username: "ubuntu", role_name: "web" });
    expect([second.status, second.body]).toEqual([400, { errors: ["OTP not found"] }]);
  });

  it("are closed when their lease is revoked in dynamic, which does not run the engine", async () => {
    const { key, lease } = await issue();
    const body = { lease_id: lease };

    expect((await ask("dynamic", { event: "post-json", path: "sys/leases/revoke", body })).status).toBe(204);
    expect((await verify(key)).status).toBe(400);
    expect((await ask("dynamic", { event: "post-json", path: "sys/leases/lookup", body })).status).toBe(400);
  });

  it("are closed from the moment that a lease is to end, before the sweeper had keys do it", async () => {
    const { key, lease } = await issue();
    const body = { lease_id: lease, sync: false };

    expect((await ask("dynamic", { event: "post-json", path: "sys/leases/revoke", body })).status).toBe(202);
    expect((await verify(key)).body).toEqual({ errors: ["OTP not found"] });
    await deployment.functions.revoke.invoke(recorded("sweep"), 18_000);
    const shown = await ask("dynamic", { event: "post-json", path: "sys/leases/lookup", body: { lease_id: lease } });
    expect(shown.body).toEqual({ errors: ["invalid lease"] });
  });

  it("are certificates that keys signs, whose CA anybody may read", async () => {
    expect((await post("ssh/config/ca", { key_type: "rsa", key_bits: 2048 })).status).toBe(200);
    const role = { key_type: "ca", allow_user_certificates: true, allowed_users: "bob" };
    expect((await post("ssh/roles/ca", role)).status).toBe(204);
    const public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbTEJZyveejmOqlPh64bObMhJcmfUcByk18hF7D6X78";
    const { data } = await post("ssh/sign/ca", { public_key, valid_principals: "bob" });
    const issued = await post("ssh/issue/ca", { key_type: "ec", valid_principals: "bob" });
    const shown = await ask("kv", { path: "ssh/public_key", token: "" });
    const certificate = readCertificate(String(data["signed_key"]));

    expect(certificate).toMatchObject({ principals: ["bob"], algorithm: "rsa-sha2-256", verified: true });
    expect(issued.data["private_key"]).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
    expect(shown.text).toBe(publicLine(certificate.ca));
  });

  it("go with their mount, whose removal waits until keys has ended its leases", async () => {
    const { key, lease } = await issue();
    const { status } = await ask("system", { method: "DELETE", path: "sys/mounts/ssh" });
    const verified = await verify(key);
    await deployment.functions.revoke.invoke(recorded("sweep"), 18_000);
    await deployment.functions.system.invoke(recorded("schedule"), 60_000);
    const shown = await ask("dynamic", { event: "post-json", path: "sys/leases/lookup", body: { lease_id: lease } });

    expect(status).toBe(202);
    expect(verified.status).toBeGreaterThanOrEqual(400);
    expect(shown.body).toEqual({ errors: ["invalid lease"] });
    expect((await ask("system", { path: "sys/mounts/ssh" })).status).toBe(400);
  });
});

describe("credentials of AWS", () => {
  const post = (path: string, body: unknown) => ask("kv", { event: "post-json", path, body });
  const users = async (): Promise<readonly string[]> => {
    const { Users = [] } = await new IAMClient(inProcess(deployment.aws)).send(
      new ListUsersCommand({ PathPrefix: "/z/" }),
    );
    return Users.map(({ UserName = "" }) => UserName);
  };
  beforeAll(async () => {
    await ask("system", { event: "post-json", path: "sys/mounts/aws", body: { type: "aws" } });
    const { accessKeyId, secretAccessKey } = ADMIN_1;
    const config = { access_key: accessKeyId, secret_key: secretAccessKey };
    expect((await post("aws/config/root", config)).status).toBe(204);
    expect((await post("aws/config/lease", { lease: "1h", lease_max: "1h" })).status).toBe(204);
    expect((await post("aws/roles/app", { credential_type: "iam_user", user_path: "/z/" })).status).toBe(204);
  });

  it("are made by dynamic, and their user is gone when the lease is revoked", async () => {
    const { status, body } = await ask("kv", { path: "aws/creds/app" });
    const made = await users();
    const revoked = await ask("dynamic", {
      event: "post-json",
      path: "sys/leases/revoke",
      body: { lease_id: body["lease_id"] },
    });

    expect([status, made.length, revoked.status, await users()]).toEqual([200, 1, 204, []]);
  });

  it("are ended by revoke, which may not write what the mount keeps", async () => {
    const before = deployment.denied.length;
    const { status } = await ask("kv", { path: "aws/creds/app" });
    const { result } = await deployment.functions.revoke.invoke({ Records: await removals() }, 60_000);

    expect([status, result, await users()]).toEqual([200, { batchItemFailures: [] }, []]);
    expect(deployment.denied.slice(before)).toEqual([]);
  });
});

describe("a failure inside", () => {
  const lines = (output: string) =>
    output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => objectOf(JSON.parse(line)));

  it("is one line with request, function, method and error, and is counted: a role that may read nothing (F7)", async () => {
    const wall = await startRoleWall({ aws: deployment.aws, statements: [], denied: () => undefined });
    const denied = await startFunction(deployment.entryOf("kv"), {
      ...deployment.environmentOf("kv"),
      AWS_ENDPOINT_URL: wall.url,
    });
    const event = eventOf({ path: "secret/data/app" });
    const answer = answerOf((await denied.invoke(event)).result);
    // What the first printed at its end has come by the time a second is answered.
    await denied.invoke({});
    const said = lines(denied.output());
    await denied.stop();
    await wall.close();

    const { requestId } = objectOf(event["requestContext"]);
    expect(answer.status).toBe(500);
    expect(said.filter(({ log }) => log === "internal error")).toEqual([
      {
        log: "internal error",
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        function: "kv",
        request: requestId,
        method: "GET",
        error: "AccessDeniedException",
        reason: expect.stringContaining("AccessDeniedException"),
      },
    ]);
    expect(said.filter((line) => "_aws" in line)).toEqual([
      expect.objectContaining({ Deployment: "zeroth", InternalError: 1 }),
    ]);
  });

  it("is found by one id in access log, audit log and answer", async () => {
    const event = eventOf({ path: "secret/data/nowhere-to-be-found" });
    const { requestId } = objectOf(event["requestContext"]);
    await deployment.functions.kv.invoke(event);
    const [line] = auditOf("kv").slice(-1);

    expect(requestId).toEqual(expect.any(String));
    expect(objectOf(line?.["request"])["id"]).toBe(requestId);
  });
});

describe("what ends", () => {
  const shortLived = async (ttl: string) => {
    const created = await ask("login", { event: "post-json", path: "auth/token/create", body: { ttl } });
    const auth = objectOf(created.body["auth"]);
    return { token: String(auth["client_token"]), accessor: String(auth["accessor"]) };
  };
  const revoke = async (event: unknown, remainingMs?: number) =>
    (await deployment.functions.revoke.invoke(event, remainingMs)) ?? {};

  it("is looked for on the schedule's order", async () => {
    const before = deployment.denied.length;
    const { result } = await revoke(recorded("sweep"), 60_000);
    expect(result).toMatchObject({ failed: 0, more: false });
    expect(metricsOf("revoke")).toContain("Swept");
    expect(deployment.denied.slice(before)).toEqual([]);
  });

  it.each([
    { part: 4, of: 4 },
    { part: -1, of: 4 },
    { part: 0, of: 17 },
    { part: 0.5, of: 2 },
    { part: 0, of: 4, more: 1 },
  ])("is not looked for by an order that makes no sense: %j", async (order) => {
    const { failure } = await revoke({ source: "zeroth.sweep", ...order });
    expect(failure?.errorMessage).toBe("neither an order nor a batch of the stream");
  });

  it.each(SCHEDULED)("%s does its part on the same order, within its rights (F8)", async (name) => {
    const before = deployment.denied.length;
    const { result } = await deployment.functions[name].invoke(recorded("schedule"), 60_000);

    expect(result).toMatchObject({ failed: 0 });
    expect(deployment.denied.slice(before)).toEqual([]);
  });

  it.each(deployedFunctions(HOMES).filter((name) => !SCHEDULED.includes(name)))(
    "is not an order to %s",
    async (name) => {
      const { result } = await deployment.functions[name].invoke(recorded("schedule"));
      expect(answerOf(result).status).toBe(400);
    },
  );

  it("of a token's tidying is left to the next order (F4)", async () => {
    const before = deployment.denied.length;
    const asked = await ask("login", { event: "post-json", path: "auth/token/tidy", body: {} });
    expect(asked.status).toBe(202);
    await revoke(recorded("schedule"), 60_000);
    const { data } = await ask("dynamic", { path: "sys/leases/jobs" });

    expect(data["jobs"]).toContainEqual(expect.objectContaining({ kind: "tidy", state: "success" }));
    expect(deployment.denied.slice(before)).toEqual([]);
  });

  it("is refused as any other event", async () => {
    expect((await revoke(recorded("get"))).failure?.errorMessage).toBe("neither an order nor a batch of the stream");
  });

  it("is cleaned up when DynamoDB's TTL removed it before the sweeper came", async () => {
    const { accessor } = await shortLived("1h");
    const batch = await removals();
    const { result } = await revoke({ Records: batch }, 60_000);

    expect(batch.length).toBeGreaterThan(0);
    expect(result).toEqual({ batchItemFailures: [] });
    const lookup = { event: "post-json", path: "auth/token/lookup-accessor", body: { accessor } };
    expect((await ask("login", lookup)).status).toBeGreaterThanOrEqual(400);
  });

  it("leaves nothing undone behind a record that cannot be opened, and reports that one", async () => {
    const [poison] = recorded("stream")["Records"] as readonly Fields[];
    const other = {
      ...poison,
      eventName: "MODIFY",
      dynamodb: { ...objectOf(poison?.["dynamodb"]), SequenceNumber: "2" },
    };
    const { result } = await revoke({ Records: [poison, other] }, 60_000);

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "400000000000000000001" }] });
  });

  it("believes no record of another table", async () => {
    const [record] = recorded("stream")["Records"] as readonly Fields[];
    const foreign = {
      ...record,
      eventName: "MODIFY",
      eventSourceARN: "arn:aws:dynamodb:us-east-1:1:table/other/stream/x",
    };
    const { result } = await revoke({ Records: [foreign] }, 60_000);

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "400000000000000000001" }] });
  });

  it("starts no record if there is no time left, and asks for it again", async () => {
    const { result } = await revoke(recorded("stream"), 10_000);
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "400000000000000000001" }] });
  });
});

describe("the rights of the roles", () => {
  const post = (path: string, body: unknown): Ask => ({ event: "post-json", path, body });
  const tour: readonly (readonly [FunctionName, Ask])[] = [
    ["system", { path: "sys/mounts" }],
    ["system", post("sys/mounts/tour", { type: "kv", options: { version: "2" } })],
    ["kv", post("tour/data/a/b", { data: { a: 1 } })],
    ["kv", post("tour/config", { max_versions: 3 })],
    ["kv", { path: "tour/metadata/a?list=true" }],
    ["kv", { method: "DELETE", path: "tour/metadata/a/b" }],
    ["system", post("sys/mounts/tour/tune", { default_lease_ttl: "1h" })],
    ["system", post("sys/remount", { from: "tour", to: "toured" })],
    ["system", { method: "DELETE", path: "sys/mounts/toured" }],
    ["dynamic", { path: "db/roles?list=true" }],
    ["system", { method: "DELETE", path: "sys/mounts/db" }],
    ["system", post("sys/rotate", {})],
    ["system", post("sys/policies/password/p", { policy: 'length = 20\nrule "charset" { charset = "ab" }' })],
    ["system", { path: "sys/policies/password/p/generate" }],
    ["system", { path: "sys/auth" }],
    ["system", { path: "sys/audit" }],
    ["system", { path: "sys/internal/ui/mounts" }],
    ["system", { path: "sys/internal/ui/resultant-acl" }],
    ["system", { path: "sys/seal-status" }],
    ["system", { path: "sys/health" }],
    ["system", post("identity/entity", { name: "somebody", policies: "default" })],
    ["system", { path: "identity/entity/name/somebody" }],
    ["system", { path: "identity/entity/id?list=true" }],
    ["system", post("identity/group", { name: "people" })],
    ["policy", { path: "sys/policies/acl?list=true" }],
    ["policy", { path: "sys/policies/acl/default" }],
    ["policy", post("sys/capabilities-self", { paths: ["secret/data/app"] })],
    ["wrapping", post("cubbyhole/mine", { a: "b" })],
    ["wrapping", { path: "cubbyhole/mine" }],
    ["wrapping", { path: "cubbyhole/?list=true" }],
    ["wrapping", post("sys/wrapping/wrap", { a: "b" })],
    ["login", post("auth/token/roles/r", { orphan: true })],
    ["login", post("auth/token/create/r", { ttl: "1h" })],
    ["login", { path: "auth/token/accessors?list=true" }],
    ["login", post("auth/token/renew-self", {})],
    ["dynamic", { path: "sys/leases/lookup?list=true" }],
    ["dynamic", post("sys/leases/lookup", { lease_id: "auth/token/create/x" })],
    ["dynamic", post("sys/leases/revoke-prefix/auth/nowhere", {})],
    ["dynamic", post("sys/leases/tidy", {})],
  ];

  it.each(tour.map(([name, given]): [string, FunctionName, Ask] => [`${name} ${given.path}`, name, given]))(
    "are enough for %s",
    async (_, name, given) => {
      const before = deployment.denied.length;
      const answer = await ask(name, given);

      expect(deployment.denied.slice(before)).toEqual([]);
      expect(answer.status).toBeLessThan(500);
    },
  );

  it("were enough for everything else in this file", () => {
    expect(deployment.denied).toEqual([]);
  });

  it("would have stopped a function at a wall", () => {
    expect(deployment.mayRead("kv", "rec#kv:1#p")).toBe(true);
    expect(deployment.mayRead("policy", "rec#kv:1#p")).toBe(false);
  });
});
