import { describe, expect, test } from "@jest/globals";
import { settingsFromEnvironment } from "../../../src/client/index.ts";
import { proxyFor } from "../../../src/client/proxy-choice.ts";

const read = settingsFromEnvironment;

test("nothing set means this machine over TLS", () => {
  expect(read({ VAULT_ADDR: "" })).toEqual({ address: "https://127.0.0.1:8200", tls: {} });
});

test("each variable of Vault's clients has its setting", () => {
  const env = {
    VAULT_ADDR: "https://vault.example:8200",
    VAULT_CACERT: "/ca.pem",
    VAULT_CACERT_BYTES: "pem",
    VAULT_CAPATH: "/cas",
    VAULT_CLIENT_CERT: "/cert.pem",
    VAULT_CLIENT_KEY: "/key.pem",
    VAULT_CLIENT_TIMEOUT: "90",
    VAULT_SKIP_VERIFY: "true",
    VAULT_TLS_SERVER_NAME: "vault",
    VAULT_NAMESPACE: "team",
    VAULT_MAX_RETRIES: "0",
    VAULT_DISABLE_REDIRECTS: "1",
    VAULT_PROXY_ADDR: "http://proxy:3128",
  };
  expect(read(env)).toEqual({
    address: "https://vault.example:8200",
    tls: {
      caCert: "/ca.pem",
      caBytes: "pem",
      caPath: "/cas",
      clientCert: "/cert.pem",
      clientKey: "/key.pem",
      serverName: "vault",
      skipVerify: true,
    },
    timeout: 90_000,
    namespace: "team",
    retry: { retries: 0, minWait: 1000, maxWait: 1500 },
    redirects: false,
    proxy: "http://proxy:3128",
  });
});

test("OpenBao's names go before Vault's, and an agent before the server", () => {
  expect(read({ VAULT_ADDR: "https://a", BAO_ADDR: "https://b" }).address).toBe("https://b");
  expect(read({ VAULT_ADDR: "https://a", VAULT_AGENT_ADDR: "http://127.0.0.1:8100" }).address).toBe(
    "http://127.0.0.1:8100",
  );
});

test("false means that the certificate is verified", () => {
  expect(read({ VAULT_SKIP_VERIFY: "false" }).tls?.skipVerify).toBe(false);
});

test.each([
  ["VAULT_SKIP_VERIFY", "yes", "true or false"],
  ["BAO_SKIP_VERIFY", "2", "true or false"],
  ["VAULT_DISABLE_REDIRECTS", "on", "true or false"],
  ["VAULT_MAX_RETRIES", "-1", "a number"],
  ["VAULT_MAX_RETRIES", "two", "a number"],
  ["VAULT_CLIENT_TIMEOUT", "soon", "a time"],
  ["VAULT_CLIENT_TIMEOUT", "0", "a time"],
])("what cannot be read is refused: %s=%s", (name, value, wanted) => {
  expect(() => read({ [name]: value })).toThrow(`could not parse ${name}: "${value}" is not ${wanted}`);
});

describe("a proxy", () => {
  const HTTPS_PROXY = "http://proxy:3128";
  test.each([
    [{ HTTPS_PROXY }, "https://vault.example", true],
    [{ https_proxy: HTTPS_PROXY }, "https://vault.example", true],
    [{ HTTPS_PROXY }, "http://vault.example", false],
    [{ HTTP_PROXY: HTTPS_PROXY }, "http://vault.example", true],
    [{ HTTPS_PROXY }, "https://localhost:8200", false],
    [{ HTTPS_PROXY }, "https://127.0.0.1:8200", false],
    [{ HTTPS_PROXY }, "https://[::1]:8200", false],
    [{ HTTPS_PROXY }, "unix:///run/vault.sock", false],
    [{ HTTPS_PROXY, NO_PROXY: "*" }, "https://vault.example", false],
    [{ HTTPS_PROXY, NO_PROXY: "other, example" }, "https://vault.example", false],
    [{ HTTPS_PROXY, NO_PROXY: "vault.example" }, "https://vault.example", false],
    [{ HTTPS_PROXY, NO_PROXY: ".example" }, "https://vault.example", false],
    [{ HTTPS_PROXY, NO_PROXY: "*.example" }, "https://vault.example", false],
    [{ HTTPS_PROXY, NO_PROXY: ".vault.example" }, "https://vault.example", true],
    [{ HTTPS_PROXY, NO_PROXY: "ault.example" }, "https://vault.example", true],
    [{ HTTPS_PROXY, NO_PROXY: "vault.example:8200" }, "https://vault.example:8200", false],
    [{ HTTPS_PROXY, NO_PROXY: "vault.example:8201" }, "https://vault.example:8200", true],
    [{ HTTPS_PROXY, NO_PROXY: "10.0.0.0/8" }, "https://10.1.2.3:8200", false],
    [{ HTTPS_PROXY, NO_PROXY: "10.0.0.0/8" }, "https://11.1.2.3:8200", true],
    [{ HTTPS_PROXY, NO_PROXY: "192.0.2.7" }, "https://192.0.2.7", false],
    [{ HTTPS_PROXY, NO_PROXY: "[2001:db8::1]:443" }, "https://[2001:db8::1]", false],
    [{ VAULT_PROXY_ADDR: HTTPS_PROXY, NO_PROXY: "*" }, "https://127.0.0.1", true],
  ])("%j for %s: %s", (env, address, wanted) => {
    expect(proxyFor(env, address)).toBe(wanted ? HTTPS_PROXY : undefined);
  });
});
