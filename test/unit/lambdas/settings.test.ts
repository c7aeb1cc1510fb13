import { describe, expect, it } from "@jest/globals";
import { readSettings } from "../../../lambdas/shared/settings.ts";
import { ENVIRONMENT } from "../../../src/contract/environment.ts";

const good = {
  [ENVIRONMENT.functionName]: "login",
  [ENVIRONMENT.tableName]: "zeroth",
  [ENVIRONMENT.tableIdentity]: "zeroth",
  [ENVIRONMENT.keyId]: "arn:aws:kms:us-east-1:111122223333:key/k",
  [ENVIRONMENT.domains]: '["token"]',
  AWS_REGION: "us-east-1",
  AWS_LAMBDA_FUNCTION_NAME: "zeroth-login",
};

describe("the address of a deployment", () => {
  it("is one that others can trust, or unknown", () => {
    expect(readSettings({ ...good, [ENVIRONMENT.address]: "https://vault.example.com" }, "login").address).toBe(
      "https://vault.example.com",
    );
    expect(readSettings(good, "login").address).toBe("");
    for (const address of ["http://vault.example.com", "vault.example.com", ""]) {
      expect(() => readSettings({ ...good, [ENVIRONMENT.address]: address }, "login")).toThrow(ENVIRONMENT.address);
    }
  });
});

describe("V06: the environment of a function", () => {
  it("is taken as the stack sets it, with the certificates a runtime brings", () => {
    expect(readSettings(good, "login").tableName).toBe("zeroth");
    expect(() => readSettings({ ...good, NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" }, "login")).not.toThrow();
  });

  it.each([
    ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
    ["NODE_EXTRA_CA_CERTS", "/tmp/mallory.pem"],
    ["HTTPS_PROXY", "http://192.0.2.1:3128"],
    ["https_proxy", "http://192.0.2.1:3128"],
    ["HTTP_PROXY", "http://192.0.2.1:3128"],
    ["ALL_PROXY", "socks5://192.0.2.1"],
    ["NODE_USE_ENV_PROXY", "1"],
    ["AWS_ENDPOINT_URL", "http://192.0.2.1"],
    ["AWS_ENDPOINT_URL_STS", "http://192.0.2.1"],
    ["AWS_ENDPOINT_URL_KMS", "http://192.0.2.1"],
  ])("with %s keeps it from starting, and its value out of the message", (name, value) => {
    const start = () => readSettings({ ...good, [name]: value }, "login");
    expect(start).toThrow(/must not be set|must be checked/);
    expect(start).not.toThrow(value);
  });
});

describe("what a function reads of its environment", () => {
  it("is lists and ranges in JSON, and empty where it need not know", () => {
    const settings = readSettings(
      {
        ...good,
        [ENVIRONMENT.reachable]: '["10.0.0.0/8","fd00::/8"]',
        [ENVIRONMENT.peers]: '{"kv":"arn:aws:lambda:us-east-1:111122223333:function:kv"}',
        [ENVIRONMENT.operators]: '["arn:aws:iam::111122223333:role/*"]',
      },
      "login",
    );

    expect(settings.reach).toEqual({ loopback: false, ranges: ["10.0.0.0/8", "fd00::/8"] });
    expect(settings.peers).toEqual({ kv: "arn:aws:lambda:us-east-1:111122223333:function:kv" });
    expect(settings.operators).toEqual(["arn:aws:iam::111122223333:role/*"]);
    expect(readSettings(good, "login")).toMatchObject({ reach: { ranges: [] }, peers: {}, operators: [] });
  });

  it("is how late a read of a secret may be, and not at all where that is not said", () => {
    const late = (ms: string) => readSettings({ ...good, [ENVIRONMENT.readCacheMs]: ms }, "login").readCacheMs;

    expect([late("0"), late("750"), late("10000")]).toEqual([0, 750, 10_000]);
    expect(readSettings(good, "login").readCacheMs).toBe(0);
  });

  it.each([
    [ENVIRONMENT.tableName, ""],
    [ENVIRONMENT.tableIdentity, undefined],
    [ENVIRONMENT.keyId, ""],
    [ENVIRONMENT.domains, undefined],
    [ENVIRONMENT.domains, "token"],
    [ENVIRONMENT.domains, "[]"],
    [ENVIRONMENT.domains, '["token",""]'],
    [ENVIRONMENT.domains, '"token"'],
    [ENVIRONMENT.reachable, '["10.0.0.1"]'],
    [ENVIRONMENT.reachable, '["10.0.0.0/33"]'],
    [ENVIRONMENT.reachable, "{}"],
    [ENVIRONMENT.peers, '{"nobody":"arn"}'],
    [ENVIRONMENT.peers, '{"kv":""}'],
    [ENVIRONMENT.peers, "[]"],
    [ENVIRONMENT.operators, "[]"],
    [ENVIRONMENT.operators, ""],
    [ENVIRONMENT.readCacheMs, ""],
    [ENVIRONMENT.readCacheMs, "-1"],
    [ENVIRONMENT.readCacheMs, "0.5"],
    [ENVIRONMENT.readCacheMs, "10001"],
    [ENVIRONMENT.readCacheMs, '"1000"'],
    [ENVIRONMENT.functionName, "nobody"],
    ["AWS_REGION", ""],
    ["AWS_LAMBDA_FUNCTION_NAME", undefined],
  ])("keeps it from starting where %s is %j, and is named", (name, value) => {
    expect(() => readSettings({ ...good, [name]: value }, "login")).toThrow(
      new Error(`the environment is wrong or incomplete: ${name}`),
    );
  });
});
