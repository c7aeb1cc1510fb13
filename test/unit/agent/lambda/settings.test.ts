import { describe, expect, it } from "@jest/globals";
import { readExtensionSettings } from "../../../../src/agent/lambda/settings.ts";

const LEAST = { AWS_LAMBDA_RUNTIME_API: "127.0.0.1:9001", VAULT_ADDR: "https://v.example", VAULT_AUTH_ROLE: "orders" };
const read = (more: Readonly<Record<string, string>> = {}) => readExtensionSettings({ ...LEAST, ...more });

describe("the extension's variables", () => {
  it("need an address and a role, no more", () => {
    expect(read()).toEqual({
      lambdaApi: "127.0.0.1:9001",
      address: "https://v.example",
      tls: {},
      retries: 2,
      timeout: 60_000,
      login: { mountPath: "auth/aws", role: "orders" },
      grace: 10_000,
      port: 8200,
      requireRequestHeader: false,
      secrets: [],
      level: "info",
    });
  });

  it("are those of Vault's extension", () => {
    const settings = read({
      VLE_VAULT_ADDR: "https://real.example",
      VAULT_AUTH_PROVIDER: "aws-lambda",
      VAULT_IAM_SERVER_ID: "v.example",
      VAULT_STS_ENDPOINT_REGION: "eu-west-1",
      VAULT_SECRET_PATH: "database/creds/orders",
      VAULT_SECRET_PATH_TOKEN: "/v1/secret/data/token",
      VAULT_SECRET_FILE_TOKEN: "/tmp/token",
      VAULT_TOKEN_EXPIRY_GRACE_PERIOD: "1m",
      VAULT_DEFAULT_CACHE_TTL: "15m",
      VAULT_DEFAULT_CACHE_ENABLED: "true",
      VAULT_CACERT: "/var/task/ca.pem",
      VAULT_SKIP_VERIFY: "false",
      VAULT_NAMESPACE: "team",
      VAULT_LOG_LEVEL: "DEBUG",
    });

    expect(settings).toMatchObject({
      address: "https://real.example",
      login: { mountPath: "auth/aws-lambda", role: "orders", serverId: "v.example", region: "eu-west-1" },
      secrets: [
        { name: "TOKEN", path: "secret/data/token", file: "/tmp/token" },
        { name: "", path: "database/creds/orders", file: "/tmp/vault/secret.json" },
      ],
      grace: 60_000,
      cache: { ttl: 900_000, everything: true },
      tls: { caCert: "/var/task/ca.pem", skipVerify: false },
      namespace: "team",
      level: "debug",
    });
  });

  it("name files below /tmp/vault, unless they name whole paths", () => {
    const { secrets } = read({
      VAULT_SECRET_PATH: "a",
      VAULT_SECRET_FILE: "deep/a.json",
      VAULT_SECRET_PATH_B: "b",
      VAULT_SECRET_FILE_B: "/tmp/other//b",
    });

    expect(secrets.map(({ file }) => file)).toEqual(["/tmp/other/b", "/tmp/vault/deep/a.json"]);
  });

  it("choose between files and the proxy", () => {
    const secret = { VAULT_SECRET_PATH: "secret/data/app" };

    expect(read({ ...secret, VAULT_RUN_MODE: "file" })).not.toHaveProperty("port");
    expect(read({ ...secret, VAULT_RUN_MODE: "Proxy" })).toMatchObject({ port: 8200, secrets: [] });
  });

  it.each([
    [{ VAULT_ADDR: "" }, "none of VLE_VAULT_ADDR, ZEROTH_ADDR and VAULT_ADDR is set"],
    [{ VAULT_AUTH_ROLE: " " }, "VAULT_AUTH_ROLE is not set"],
    [{ AWS_LAMBDA_RUNTIME_API: "" }, "AWS_LAMBDA_RUNTIME_API is not set"],
    [{ VAULT_SKIP_VERIFY: "no" }, 'VAULT_SKIP_VERIFY is "no": expected true or false'],
    [{ VAULT_RUN_MODE: "both" }, 'VAULT_RUN_MODE is "both": expected one of default, proxy, file'],
    [{ VAULT_TOKEN_EXPIRY_GRACE_PERIOD: "-1s" }, "expected a duration"],
    [{ VAULT_SECRET_PATH_A: "x" }, "VAULT_SECRET_FILE_A is not set"],
    [{ VAULT_SECRET_FILE_A: "/tmp/x" }, "VAULT_SECRET_PATH_A is not set"],
    [{ VAULT_SECRET_FILE: "/tmp/x" }, "VAULT_SECRET_PATH is not set"],
    [
      { VAULT_SECRET_PATH: "a", VAULT_SECRET_FILE: "/tmp/x", VAULT_SECRET_PATH_B: "b", VAULT_SECRET_FILE_B: "/tmp/x" },
      'two secrets would be written to "/tmp/x"',
    ],
    [
      { VAULT_SECRET_PATH: "a", VAULT_SECRET_PATH_B: "b", VAULT_SECRET_FILE_B: "./secret.json" },
      'two secrets would be written to "/tmp/vault/secret.json"',
    ],
    [{ VAULT_ASSUMED_ROLE_ARN: "arn:aws:iam::1:role/x" }, "VAULT_ASSUMED_ROLE_ARN is set"],
    [{ ZEROTH_PROXY_PORT: "70000" }, "expected a number from 0 to 65535"],
  ])("that cannot be used are named: %j", (more, text) => {
    expect(() => read(more)).toThrow(text);
  });
});
