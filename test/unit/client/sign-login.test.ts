import { expect, test } from "@jest/globals";
import { signLogin } from "../../../src/client/sign-login.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "canary-secret-key", sessionToken: "session" };
const clock = { now: () => Date.parse("2026-11-30T06:00:00Z") };
const text = (field: string): string => Buffer.from(field, "base64").toString("utf8");

test.each([
  ["us-east-1", "sts.amazonaws.com"],
  ["eu-central-1", "sts.eu-central-1.amazonaws.com"],
  ["cn-north-1", "sts.cn-north-1.amazonaws.com.cn"],
  ["us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"],
  ["eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"],
  ["us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"],
])("a login in %s is signed for %s", async (region, host) => {
  const login = await signLogin({ region, credentials, clock, serverId: "vault.example" });
  const headers = JSON.parse(text(login.iam_request_headers));
  expect(login.iam_http_request_method).toBe("POST");
  expect(text(login.iam_request_url)).toBe(`https://${host}/`);
  expect(text(login.iam_request_body)).toBe("Action=GetCallerIdentity&Version=2011-06-15");
  expect(headers).toMatchObject({
    host,
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    "x-amz-date": "20261130T060000Z",
    "x-amz-security-token": "session",
    "x-vault-aws-iam-server-id": "vault.example",
  });
  expect(headers.authorization).toContain(`Credential=AKIDEXAMPLE/20261130/${region}/sts/aws4_request`);
  expect(headers.authorization).toMatch(/SignedHeaders=[^,]*x-vault-aws-iam-server-id/);
  expect(JSON.stringify([login, headers])).not.toContain("canary");
});

test("a login without a server id signs none", async () => {
  const login = await signLogin({ region: "eu-west-1", credentials, clock });
  expect(text(login.iam_request_headers)).not.toContain("server-id");
});

test.each(["", "evil.example/", "eu-west-1.evil", "EU"])(
  "%j is not a region, so that no host can be written in one",
  async (region) => {
    await expect(signLogin({ region, credentials, clock })).rejects.toThrow("is not an AWS region");
  },
);
