import * as fs from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createMethod } from "../../../../src/agent/auth/index.ts";
import { type Timer, wallTimer } from "../../../../src/std/timer.ts";
import { onLoopback } from "../../../support/loopback.ts";
import { createScripted } from "../support/scripted.ts";
import { createWorld } from "../support/world.ts";
import { readConfig } from "./support.ts";

/** Where AWS credentials come from, each source played by a server or file of this test's own. */

const SECRET = "canary-secret-key-4c1e";
const SESSION = "canary-session-token-4c1e";

let folder: string;
let before: NodeJS.ProcessEnv;
const open: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  folder = fs.mkdtempSync(join(tmpdir(), "aws-"));
  set({ AWS_SHARED_CREDENTIALS_FILE: file("credentials"), AWS_CONFIG_FILE: file("config"), HOME: folder });
  set({ AWS_EC2_METADATA_DISABLED: "true" });
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, before);
  fs.rmSync(folder, { recursive: true, force: true });
});

const file = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  fs.writeFileSync(file(name), content);
  return file(name);
};
const set = (env: Record<string, string>): void => {
  Object.assign(process.env, env);
};

type Route = (request: IncomingMessage, response: ServerResponse, body: string) => void;
/** A server by its paths; answers its address. Whatever it was asked is in `asked`. */
const serve = async (routes: Readonly<Record<string, Route>>) => {
  const asked: string[] = [];
  const listener: RequestListener = async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const body = await text(request);
    asked.push(`${request.method} ${path}`);
    const route = routes[path];
    if (route === undefined) response.writeHead(404).end();
    else route(request, response, body);
  };
  const { port, close } = await onLoopback(createServer(listener));
  open.push(close);
  return { url: `http://127.0.0.1:${port}`, asked };
};

const answerJson =
  (body: unknown): Route =>
  (_request, response) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
const given = (key: string): unknown => ({
  AccessKeyId: key,
  SecretAccessKey: SECRET,
  Token: SESSION,
  Expiration: inAnHour(),
  Code: "Success",
});

const make = (more = "", type = "iam", timer: Timer = wallTimer) => {
  const world = createWorld();
  const surroundings = { ...world.surroundings, env: process.env, timer };
  const config = readConfig("aws", `type = "${type}" role = "dev" ${more}`);
  const method = createMethod(config, { vault: { address: "http://x", tls: {}, retries: 0 }, surroundings });
  const send = async (): Promise<Readonly<Record<string, string>>> => {
    const request = await method.authenticate(createScripted(() => undefined).client);
    return request.kind === "login" ? request.body : {};
  };
  return { world, method, send };
};

const decode = (text = ""): string => Buffer.from(text, "base64").toString();
const headersOf = (body: Readonly<Record<string, string>>): Record<string, string> =>
  JSON.parse(decode(body["iam_request_headers"]));

/** Who signed, with which session: `AKIA... us-east-1 yes`. */
const signer = async (send: () => Promise<Readonly<Record<string, string>>>): Promise<string> => {
  const headers = headersOf(await send());
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/sts/.exec(headers["authorization"] ?? "");
  return `${scope?.[1]} ${scope?.[2]} ${headers["x-amz-security-token"] === SESSION ? "session" : "-"}`;
};

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "succeeded",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );

const profile = (name: string, key: string, more = ""): string =>
  `[${name}]\naws_access_key_id = ${key}\naws_secret_access_key = ${SECRET}\naws_session_token = ${SESSION}\n${more}\n`;

describe("credentials", () => {
  it("from the configuration go before all others and are not looked for again", async () => {
    set({ AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: SECRET });
    const { send, method } = make(`access_key = "AKIACONFIG" secret_key = "${SECRET}" session_token = "${SESSION}"`);
    expect(await signer(send)).toBe("AKIACONFIG us-east-1 session");
    expect(method.poll).toBeUndefined();
  });

  it("come from the environment before the profile, also where one is named", async () => {
    put("credentials", profile("default", "AKIADEFAULT") + profile("ssm", "AKIASSM"));
    set({ AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: SESSION });
    const { send } = make();
    expect(await signer(send)).toBe("AKIAENV us-east-1 session");
    set({ AWS_PROFILE: "ssm" });
    expect(await signer(send)).toBe("AKIAENV us-east-1 session");
    set({ AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    expect(await signer(send)).toBe("AKIASSM us-east-1 session");
  });

  it("come from the file that the SSM Agent keeps, read again at each login", async () => {
    put("credentials", profile("default", "ASIAONE"));
    const { send, method } = make('region = "eu-central-1"');
    expect(await signer(send)).toBe("ASIAONE eu-central-1 session");
    expect(await method.poll?.check()).toBe(false);
    put("credentials", profile("default", "ASIATWO"));
    expect(await method.poll?.check()).toBe(true);
    expect(await method.poll?.check()).toBe(false);
    expect(await signer(send)).toBe("ASIATWO eu-central-1 session");
  });

  it("come from a process that a profile names", async () => {
    const program = put(
      "program.sh",
      `#!/bin/sh\necho '{"Version":1,"AccessKeyId":"ASIAPROCESS","SecretAccessKey":"${SECRET}","SessionToken":"${SESSION}","Expiration":"${inAnHour()}"}'\n`,
    );
    put("config", `[default]\ncredential_process = /bin/sh ${program}\n`);
    expect(await signer(make().send)).toBe("ASIAPROCESS us-east-1 session");
  });

  it("come from a single sign-on that a profile names", async () => {
    const sso = await serve({
      "/federation/credentials": answerJson({
        roleCredentials: {
          accessKeyId: "ASIASSO",
          secretAccessKey: SECRET,
          sessionToken: SESSION,
          expiration: Date.now() + 3_600_000,
        },
      }),
    });
    set({ AWS_ENDPOINT_URL_SSO: sso.url });
    fs.mkdirSync(file(".aws/sso/cache"), { recursive: true });
    const start = "https://example.awsapps.com/start";
    const name = (await import("node:crypto")).createHash("sha1").update(start).digest("hex");
    put(
      `.aws/sso/cache/${name}.json`,
      JSON.stringify({ accessToken: "canary", expiresAt: inAnHour(), startUrl: start }),
    );
    put(
      "config",
      `[default]\nsso_start_url = ${start}\nsso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = Dev\n`,
    );
    expect(await signer(make().send)).toBe("ASIASSO us-east-1 session");
  });

  it("come from a role that a profile assumes by its source profile", async () => {
    const sts = await serve({ "/": stsAnswer("AssumeRole", "ASIAASSUMED") });
    set({ AWS_ENDPOINT_URL_STS: sts.url });
    put("credentials", profile("base", "AKIABASE"));
    put("config", "[default]\nrole_arn = arn:aws:iam::111122223333:role/app\nsource_profile = base\n");
    expect(await signer(make().send)).toBe("ASIAASSUMED us-east-1 session");
  });

  it("come from a web identity, as Kubernetes gives it", async () => {
    const bodies: string[] = [];
    const sts = await serve({
      "/": (request, response, body) => {
        bodies.push(body);
        stsAnswer("AssumeRoleWithWebIdentity", "ASIAWEB")(request, response, body);
      },
    });
    set({
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_WEB_IDENTITY_TOKEN_FILE: put("web.token", "canary.web.token"),
      AWS_ROLE_ARN: "arn:aws:iam::111122223333:role/app",
    });
    expect(await signer(make().send)).toBe("ASIAWEB us-east-1 session");
    expect(bodies[0]).toContain("WebIdentityToken=canary.web.token");
  });

  it("come from a container of ECS", async () => {
    const seen: (string | undefined)[] = [];
    const ecs = await serve({
      "/v2/credentials/x": (request, response, body) => {
        seen.push(request.headers.authorization);
        answerJson(given("ASIAECS"))(request, response, body);
      },
    });
    set({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${ecs.url}/v2/credentials/x`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "Basic x",
    });
    expect(await signer(make().send)).toBe("ASIAECS us-east-1 session");
    expect(seen).toEqual(["Basic x"]);
  });

  it("come from EKS Pod Identity, with the token of the file as it is now", async () => {
    const seen: (string | undefined)[] = [];
    const eks = await serve({
      "/v1/credentials": (request, response, body) => {
        seen.push(request.headers.authorization);
        answerJson(given("ASIAEKS"))(request, response, body);
      },
    });
    set({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${eks.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: put("pod.token", "first"),
    });
    const { send } = make();
    expect(await signer(send)).toBe("ASIAEKS us-east-1 session");
    put("pod.token", "second");
    await send();
    expect(seen).toEqual(["first", "second"]);
  });

  it("come from the instance's metadata, version 2", async () => {
    const imds = await metadata({ key: "ASIAIMDS" });
    set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url, AWS_EC2_METADATA_DISABLED: "false" });
    expect(await signer(make().send)).toBe("ASIAIMDS us-east-1 session");
    expect(imds.asked[0]).toBe("PUT /latest/api/token");
  });

  it("never come from version 1 of the metadata service, nor for a role whose source the instance is", async () => {
    const old = await serve({
      "/latest/meta-data/iam/security-credentials/": (_request, response) => response.end("app-role"),
      "/latest/meta-data/iam/security-credentials/app-role": answerJson(given("ASIAOLD")),
    });
    set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: old.url, AWS_EC2_METADATA_DISABLED: "false" });
    expect(await failure(make().send())).toContain(
      "instance metadata: no answer from version 2 of the service, and version 1 is never used",
    );
    put(
      "config",
      "[default]\nrole_arn = arn:aws:iam::111122223333:role/app\ncredential_source = Ec2InstanceMetadata\n",
    );
    expect(await failure(make().send())).toContain(
      "profile default: no answer from version 2 of the service, and version 1 is never used",
    );
    expect(new Set(old.asked)).toEqual(new Set(["PUT /latest/api/token"]));
  });

  it.each([
    ["STS refuses to a web identity", "web identity: AccessDenied"],
    ["STS refuses to a profile's role", "profile default: AccessDenied"],
    ["a profile's source does not have", "profile default: its source_profile has no credentials"],
    ["a process does not give", "profile default: credential_process failed"],
    ["a process gives in another shape", "profile default: credential_process did not answer with valid credentials"],
    ["have no role for their web identity", "web identity: AWS_ROLE_ARN is not set"],
  ])("that %s are not replaced by the instance's, another identity", async (what, told) => {
    const imds = await metadata({ key: "ASIAIMDS" });
    const refusing = await serve({
      "/": (_request, response) =>
        response
          .writeHead(403, { "content-type": "text/xml" })
          .end("<ErrorResponse><Error><Code>AccessDenied</Code><Message>canary</Message></Error></ErrorResponse>"),
    });
    set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url, AWS_EC2_METADATA_DISABLED: "false" });
    set({ AWS_ENDPOINT_URL_STS: refusing.url });
    const web = {
      AWS_WEB_IDENTITY_TOKEN_FILE: put("web.token", "t"),
      AWS_ROLE_ARN: "arn:aws:iam::111122223333:role/a",
    };
    const assumed = "[default]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = base\n";
    const setUp: Readonly<Record<string, () => void>> = {
      "STS refuses to a web identity": () => set(web),
      "STS refuses to a profile's role": () => put("credentials", profile("base", "AKIABASE") + assumed),
      "a profile's source does not have": () => put("config", assumed),
      "a process does not give": () => put("config", "[default]\ncredential_process = exit 1\n"),
      "a process gives in another shape": () => put("config", "[default]\ncredential_process = echo {}\n"),
      "have no role for their web identity": () =>
        set({ AWS_WEB_IDENTITY_TOKEN_FILE: web.AWS_WEB_IDENTITY_TOKEN_FILE }),
    };
    setUp[what]?.();
    const message = await failure(make().send());
    expect(message).toContain(told);
    expect(message).not.toContain("canary");
    expect(imds.asked).toEqual([]);
  });

  it("that a process never gives are said to be missing, and the process is not begun once more", async () => {
    put("config", `[default]\ncredential_process = echo $$ >>${file("begun")}; exec sleep 600\n`);
    const begun = () => (fs.existsSync(file("begun")) ? fs.readFileSync(file("begun"), "utf8") : "");
    open.push(async () => process.kill(Number(begun().split("\n")[0]), "SIGKILL"));
    // The minute is over a third of a second after the process has begun, however long a machine takes for that.
    const hasty: Timer = (ms, ring) => {
      const look = (): void => {
        if (begun() === "") cancel = wallTimer(10, look);
        else cancel = wallTimer(ms / 200, ring);
      };
      let cancel = wallTimer(0, look);
      return () => cancel();
    };
    const { send, method } = make("", "iam", hasty);
    expect(await failure(send())).toContain("no AWS credentials found within 60 seconds");
    expect(await failure(send())).toContain("no AWS credentials found within 60 seconds");
    expect(await failure(method.poll?.check() ?? Promise.resolve())).toContain("within 60 seconds");
    expect(begun()).toMatch(/^\d+\n$/);
  });

  it("that are nowhere are told source by source", async () => {
    const { send } = make();
    expect(await failure(send())).toBe(
      "no AWS credentials found (environment: not set; profile default: not in the credentials or config file, or without credentials)",
    );
    set({ AWS_PROFILE: "nope" });
    expect(await failure(send())).toContain("profile nope: not in the credentials or config file");
  });

  it("that a source keeps back are told without its words", async () => {
    const bad = await serve({
      "/x": (_request, response) => response.writeHead(403).end(`{"message":"${SECRET}"}`),
      "/y": (_request, response) => response.end(`not json ${SECRET}`),
    });
    for (const path of ["/x", "/y"]) {
      set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${bad.url}${path}` });
      const { send, world } = make();
      const message = await failure(send());
      expect(message).toContain("container: ");
      expect(message + world.log()).not.toContain("canary");
    }
    delete process.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
    put("config", `[default]\ncredential_process = /bin/sh -c 'echo ${SECRET}; echo ${SECRET} >&2; exit 1'\n`);
    const message = await failure(make().send());
    expect(message).toContain("profile default: ");
    expect(message).not.toContain("canary");
  });
});

const stsAnswer =
  (operation: string, key: string): Route =>
  (_request, response) =>
    response
      .setHeader("content-type", "text/xml")
      .end(
        `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey><SessionToken>${SESSION}</SessionToken><Expiration>${inAnHour()}</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/app/x</Arn><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser></${operation}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${operation}Response>`,
      );

const metadata = ({ key = "ASIA", token = "imds-token" } = {}) => {
  const withToken =
    (body: string): Route =>
    (request, response) =>
      request.headers["x-aws-ec2-metadata-token"] === token ? response.end(body) : response.writeHead(401).end();
  return serve({
    "/latest/api/token": (request, response) =>
      request.method === "PUT" && request.headers["x-aws-ec2-metadata-token-ttl-seconds"]
        ? response.end(token)
        : response.writeHead(405).end(),
    "/latest/meta-data/iam/security-credentials/": withToken("app-role"),
    "/latest/meta-data/iam/security-credentials/app-role": withToken(JSON.stringify(given(key))),
    "/latest/meta-data/placement/region": withToken("eu-west-3"),
    "/latest/dynamic/instance-identity/document": withToken('{"instanceId":"i-1"}'),
    "/latest/dynamic/instance-identity/signature": withToken("c2lnbmF0dXJl\nZQ=="),
  });
};

describe("an iam login", () => {
  const keys = `access_key = "AKIACONFIG" secret_key = "${SECRET}" session_token = "${SESSION}"`;

  it("holds a signed call to STS, its keys in the order of their names, and no secret", async () => {
    const body = await make(keys).send();
    expect(Object.keys(body)).toEqual([
      "iam_http_request_method",
      "iam_request_body",
      "iam_request_headers",
      "iam_request_url",
      "role",
    ]);
    expect(body["iam_http_request_method"]).toBe("POST");
    expect(decode(body["iam_request_body"])).toBe("Action=GetCallerIdentity&Version=2011-06-15");
    expect(decode(body["iam_request_url"])).toBe("https://sts.amazonaws.com/");
    const headers = headersOf(body);
    expect(headers["content-type"]).toBe("application/x-www-form-urlencoded; charset=utf-8");
    expect(headers["x-amz-date"]).toBe("20260101T000000Z");
    expect(JSON.stringify(headers)).not.toContain(SECRET);
    expect(body["role"]).toBe("dev");
  });

  it("signs the header that binds it to one server", async () => {
    const headers = headersOf(await make(`${keys} header_value = "vault.example.com"`).send());
    expect(headers["x-vault-aws-iam-server-id"]).toBe("vault.example.com");
    expect(headers["authorization"]).toMatch(/SignedHeaders=[^,]*x-vault-aws-iam-server-id/);
  });

  it.each([
    ["us-east-1", "https://sts.amazonaws.com/"],
    ["eu-central-1", "https://sts.eu-central-1.amazonaws.com/"],
    ["us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com/"],
    ["cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/"],
  ])("is signed for %s and its endpoint", async (region, url) => {
    const { send } = make(`${keys} region = "${region}"`);
    expect(decode((await send())["iam_request_url"])).toBe(url);
    expect(await signer(send)).toBe(`AKIACONFIG ${region} session`);
  });

  it("with the region `auto` asks environment, profile and instance in this order", async () => {
    const imds = await metadata();
    set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url, AWS_EC2_METADATA_DISABLED: "false" });
    const { send } = make(`${keys} region = "auto"`);
    expect(await signer(send)).toContain("eu-west-3");
    put("config", "[default]\nregion = ap-south-1\n");
    set({ AWS_CONFIG_FILE: put("config2", "[default]\nregion = ap-south-1\n") });
    expect(await signer(send)).toContain("ap-south-1");
    set({ AWS_DEFAULT_REGION: "eu-north-1" });
    expect(await signer(send)).toContain("eu-north-1");
    set({ AWS_REGION: "ca-central-1" });
    expect(await signer(send)).toContain("ca-central-1");
  });
});

describe("an ec2 login", () => {
  it("holds the instance's document and signature and one nonce for the life of the agent", async () => {
    const imds = await metadata();
    set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url, AWS_EC2_METADATA_DISABLED: "false" });
    const { send } = make("", "ec2");
    const body = await send();
    expect(Object.keys(body)).toEqual(["identity", "nonce", "role", "signature"]);
    expect(decode(body["identity"])).toBe('{"instanceId":"i-1"}');
    expect(body["signature"]).toBe("c2lnbmF0dXJl\nZQ==");
    expect(body["nonce"]).toMatch(/^[0-9a-f-]{36}$/);
    expect((await send())["nonce"]).toBe(body["nonce"]);
    expect((await make('nonce = "mine"', "ec2").send())["nonce"]).toBe("mine");
  });

  it("says why there is no document", async () => {
    const { send } = make("", "ec2");
    expect(await failure(send())).toContain("turned off by AWS_EC2_METADATA_DISABLED");
    const old = await serve({
      "/latest/dynamic/instance-identity/document": (_request, response) => response.end("{}"),
    });
    set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: old.url, AWS_EC2_METADATA_DISABLED: "false" });
    expect(await failure(send())).toBe("the instance metadata service answered 404 for /latest/api/token");
    expect(old.asked).toEqual(["PUT /latest/api/token"]);
    set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1" });
    expect(await failure(send())).toBe("the instance metadata service cannot be reached");
    for (const endpoint of ["https://127.0.0.1:1", "127.0.0.1", "file:///etc/passwd"]) {
      set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint });
      expect(await failure(send())).toContain("is not an address of the form http://host:port");
    }
  });
});
