import { beforeEach, describe, expect, it } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import {
  createEmbeddedAws,
  type EmbeddedAws,
  type WireReply,
  type WireRequest,
} from "../../../../src/local/aws/index.ts";
import { ADMIN_1, countingRandom, movableClock, Sha256 } from "./support.ts";

const WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15";

interface Plan {
  readonly host?: string;
  readonly region?: string;
  readonly service?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly secondsAgo?: number;
  readonly unsignable?: readonly string[];
}

let clock: ReturnType<typeof movableClock>;
let aws: EmbeddedAws;

beforeEach(async () => {
  clock = movableClock();
  aws = await createEmbeddedAws({ clock, random: countingRandom() });
});

const signed = async (plan: Plan = {}): Promise<WireRequest> => {
  const host = plan.host ?? "sts.amazonaws.com";
  const signer = new SignatureV4({
    service: plan.service ?? "sts",
    region: plan.region ?? "us-east-1",
    credentials: plan.credentials ?? ADMIN_1,
    sha256: Sha256,
  });
  const body = plan.body ?? WHOAMI;
  const headers = { host, "content-type": "application/x-www-form-urlencoded", ...plan.headers };
  const request = { method: "POST", protocol: "https:", hostname: host, path: "/", headers, body };
  const out = await signer.sign(request, {
    signingDate: new Date(clock.now() - (plan.secondsAgo ?? 0) * 1000),
    ...(plan.unsignable ? { unsignableHeaders: new Set(plan.unsignable) } : {}),
  });
  return { method: "POST", path: "/", query: "", headers: out.headers, body: Buffer.from(body) };
};

const text = (reply: WireReply): string => Buffer.from(reply.body).toString("utf8");
const codeOf = (reply: WireReply): string => `${reply.status} ${/<Code>(.*)<\/Code>/.exec(text(reply))?.[1] ?? "ok"}`;
const send = async (plan?: Plan, change: (request: WireRequest) => WireRequest = (r) => r): Promise<string> =>
  codeOf(await aws.handle(change(await signed(plan))));
const withHeader =
  (name: string, value: string) =>
  (request: WireRequest): WireRequest => ({ ...request, headers: { ...request.headers, [name]: value } });

describe("a signed request", () => {
  it("is answered when the signature holds", async () => {
    expect(await send()).toBe("200 ok");
  });

  it.each([
    [
      "a wrong secret",
      { credentials: { ...ADMIN_1, secretAccessKey: "local-admin-secret-2" } },
      "403 SignatureDoesNotMatch",
    ],
    [
      "an unknown key",
      { credentials: { ...ADMIN_1, accessKeyId: "AKIA0000000000000000" } },
      "403 InvalidClientTokenId",
    ],
    [
      "a token on a key that has none",
      { credentials: { ...ADMIN_1, sessionToken: "dG9rZW4=" } },
      "403 InvalidClientTokenId",
    ],
    ["another region than the host's", { region: "eu-west-1" }, "403 SignatureDoesNotMatch"],
    ["a region that does not exist", { host: "127.0.0.1:4566", region: "us-east-9" }, "403 SignatureDoesNotMatch"],
    ["another service", { service: "iam" }, "403 SignatureDoesNotMatch"],
    ["a date 16 minutes ago", { secondsAgo: 960 }, "403 SignatureDoesNotMatch"],
    ["a date 16 minutes ahead", { secondsAgo: -960 }, "403 SignatureDoesNotMatch"],
  ])("is refused with %s", async (_, plan, outcome) => {
    expect(await send(plan)).toBe(outcome);
  });

  it.each([14, -14])("is answered when its date is off by %i minutes", async (minutes) => {
    expect(await send({ secondsAgo: minutes * 60 })).toBe("200 ok");
  });

  it("is answered for a region's own host and scope", async () => {
    expect(await send({ host: "sts.eu-west-1.amazonaws.com", region: "eu-west-1" })).toBe("200 ok");
  });

  it.each([
    ["the host", withHeader("host", "sts.us-east-1.amazonaws.com")],
    ["a signed header", withHeader("x-vault-aws-iam-server-id", "other.example.com")],
    ["the content type", withHeader("content-type", "text/plain")],
    ["the date", withHeader("x-amz-date", "20260304T050608Z")],
    ["the body", (r: WireRequest) => ({ ...r, body: Buffer.from(`${WHOAMI}&x=1`) })],
    ["the path", (r: WireRequest) => ({ ...r, path: "/other" })],
    ["the query", (r: WireRequest) => ({ ...r, query: "x=1" })],
    ["the method", (r: WireRequest) => ({ ...r, method: "GET" })],
  ])("is refused when %s is changed afterwards", async (_, change) => {
    const plan = { headers: { "x-vault-aws-iam-server-id": "vault.example.com" } };
    expect(await send(plan, change)).toBe("403 SignatureDoesNotMatch");
  });

  it("is refused when a signed header is taken away", async () => {
    const plan = { headers: { "x-vault-aws-iam-server-id": "vault.example.com" } };
    const without = await send(plan, ({ headers, ...rest }) => ({
      ...rest,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("x-vault"))),
    }));
    expect(without).toBe("403 SignatureDoesNotMatch");
  });

  it("is refused when an x-amz header is added that the signature does not cover", async () => {
    expect(await send({}, withHeader("x-amz-target", "AmazonSSM.DescribeInstanceInformation"))).toBe(
      "403 SignatureDoesNotMatch",
    );
  });

  it("is refused when its payload hash is not the body's, though signed", async () => {
    expect(await send({ headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } })).toBe("403 SignatureDoesNotMatch");
  });

  it("is refused when the host is not signed", async () => {
    expect(await send({ unsignable: ["host"] })).toBe("403 SignatureDoesNotMatch");
  });

  it("may carry headers nobody signed", async () => {
    expect(await send({}, withHeader("user-agent", "curl"))).toBe("200 ok");
  });

  it.each([
    ["no Authorization header", "", "403 MissingAuthenticationToken"],
    ["another scheme", "Basic YTpi", "400 IncompleteSignature"],
    [
      "no signature",
      "AWS4-HMAC-SHA256 Credential=AKIALOCALADMIN000001/20260304/us-east-1/sts/aws4_request, SignedHeaders=host",
      "400 IncompleteSignature",
    ],
    [
      "a short credential",
      "AWS4-HMAC-SHA256 Credential=AKIALOCALADMIN000001/20260304/us-east-1, SignedHeaders=host, Signature=0",
      "400 IncompleteSignature",
    ],
    [
      "two signatures",
      "AWS4-HMAC-SHA256 Credential=AKIALOCALADMIN000001/20260304/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0, Signature=1",
      "400 IncompleteSignature",
    ],
  ])("is refused with %s", async (_, authorization, outcome) => {
    const change = ({ headers, ...rest }: WireRequest): WireRequest => {
      const { authorization: _old, ...others } = headers;
      return { ...rest, headers: authorization === "" ? others : { ...others, authorization } };
    };
    expect(await send({}, change)).toBe(outcome);
  });
});

describe("a presigned request", () => {
  const presigned = async (expiresIn = 60): Promise<WireRequest> => {
    const signer = new SignatureV4({ service: "sts", region: "us-east-1", credentials: ADMIN_1, sha256: Sha256 });
    const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
    const hostname = "sts.us-east-1.amazonaws.com";
    const request = { method: "GET", protocol: "https:", hostname, path: "/", query, headers: { host: hostname } };
    const out = await signer.presign(request, { expiresIn, signingDate: new Date(clock.now()) });
    const pairs = Object.entries(out.query ?? {}).map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`);
    return { method: "GET", path: "/", query: pairs.join("&"), headers: out.headers, body: new Uint8Array() };
  };

  it("is answered until it expires", async () => {
    const request = await presigned();
    expect(codeOf(await aws.handle(request))).toBe("200 ok");
    clock.advance(61);
    expect(codeOf(await aws.handle(request))).toBe("403 SignatureDoesNotMatch");
  });

  it("is refused when a parameter is added", async () => {
    const request = await presigned();
    const changed = { ...request, query: `${request.query}&RoleArn=x` };
    expect(codeOf(await aws.handle(changed))).toBe("403 SignatureDoesNotMatch");
  });

  it("is refused when the lifetime is stretched", async () => {
    const request = await presigned();
    const changed = { ...request, query: request.query.replace("X-Amz-Expires=60", "X-Amz-Expires=600") };
    expect(codeOf(await aws.handle(changed))).toBe("403 SignatureDoesNotMatch");
  });
});

describe("the shape of an answer", () => {
  it("is XML by default, with the namespace and the request's id", async () => {
    const reply = await aws.handle(await signed());
    expect(reply.headers["content-type"]).toBe("text/xml");
    expect(text(reply)).toMatch(
      /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user\/administrator<\/Arn><UserId>AIDA[A-Z2-7]{17}<\/UserId><Account>111122223333<\/Account><\/GetCallerIdentityResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/GetCallerIdentityResponse>$/,
    );
  });

  it("is JSON for whom asks for it", async () => {
    const reply = await aws.handle(await signed({ headers: { accept: "application/json" } }));
    expect(reply.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(text(reply))).toMatchObject({
      GetCallerIdentityResponse: { GetCallerIdentityResult: { Account: "111122223333" } },
    });
  });

  it.each([
    [
      "an unknown key",
      { credentials: { ...ADMIN_1, accessKeyId: "AKIA0000000000000000" } },
      "UnrecognizedClientException",
    ],
    ["a wrong secret", { credentials: { ...ADMIN_1, secretAccessKey: "wrong" } }, "InvalidSignatureException"],
    ["a stale date", { secondsAgo: 960 }, "InvalidSignatureException"],
  ])("names the JSON services' exception for %s", async (_, plan, name) => {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": "TrentService.ListKeys" };
    const host = "kms.us-east-1.amazonaws.com";
    const reply = await aws.handle(await signed({ ...plan, host, service: "kms", headers, body: "{}" }));
    expect([reply.status, JSON.parse(text(reply)).__type]).toEqual([400, name]);
  });

  it("gives EC2's own form of failure", async () => {
    const credentials = { ...ADMIN_1, accessKeyId: "AKIA0000000000000000" };
    const body = "Action=DescribeInstances&Version=2016-11-15";
    const reply = await aws.handle(
      await signed({ credentials, host: "ec2.us-east-1.amazonaws.com", service: "ec2", body }),
    );
    expect(reply.status).toBe(401);
    expect(text(reply)).toContain("<Response><Errors><Error><Code>AuthFailure</Code>");
  });

  it("is a failure for an action that does not exist", async () => {
    expect(await send({ body: "Action=GetCallerIdentities&Version=2011-06-15" })).toBe("400 InvalidAction");
  });
});
