import { describe, expect, it } from "@jest/globals";
import { readFiles, readHcl, readJson, refusal } from "./read.ts";

/** What several files, flags and the environment make together. */

const LISTENER = 'listener "tcp" { address = "127.0.0.1:1" tls_disable = true }';
const AUTH =
  'auto_auth { method "token_file" { config = { token_file_path = "/x" } } sink "file" { config = { path = "/x" } } }';
const template = (name: string) => `template { contents = "${name}" destination = "/${name}" }`;

describe("several -config", () => {
  const read = (first: string, second: string) =>
    readFiles({ "1.hcl": first, "2.hcl": second }, { paths: ["1.hcl", "2.hcl"] }).config;

  it("take a whole block from the later one", () => {
    const { vault } = read(
      `vault { address = "http://a" ca_cert = "/ca" retry { num_retries = 3 } } ${AUTH}`,
      'vault { address = "http://b" }',
    );

    expect(vault).toEqual({ address: "http://b", tls: {}, retries: 12 });
  });

  it("add up listeners and templates, in order", () => {
    const { templates, listeners } = read(`${LISTENER} ${template("a")}`, `${LISTENER} ${template("b")} ${AUTH}`);

    expect(templates.map(({ destination }) => destination)).toEqual(["/a", "/b"]);
    expect(listeners).toHaveLength(2);
  });

  it("keep what the later one does not set", () => {
    const { log, exitAfterAuth, pidFile } = read(
      `${AUTH} log_level = "debug" log_format = "json" exit_after_auth = true pid_file = "/a"`,
      'log_level = "warn" exit_after_auth = false',
    );

    expect(log).toMatchObject({ level: "warn", format: "json" });
    expect({ exitAfterAuth, pidFile }).toEqual({ exitAfterAuth: true, pidFile: "/a" });
  });

  it("are valid only together", () => {
    expect(read("cache {}", `${LISTENER}`).cache).toBeDefined();
  });

  it("tell the errors of all of them", () => {
    const read = () =>
      readFiles({ "1.hcl": "vault {", "2.hcl": "listener {}" }, { paths: ["1.hcl", "no.hcl", "2.hcl"] });

    expect(refusal(read).split("\n")).toEqual([
      "error loading configuration from DIR/1.hcl: At 1:8: unexpected end of text",
      "error loading configuration from DIR/no.hcl: stat DIR/no.hcl: no such file or directory",
      "error loading configuration from DIR/2.hcl: error parsing 'listener': listeners.0: listener type must be specified",
    ]);
  });
});

describe("a folder", () => {
  it("is read without what editors leave and what is not a configuration", () => {
    const broken = "broken {";
    const { config } = readFiles({
      "a.hcl": AUTH,
      "b.json": '{"exit_after_auth": true}',
      ".c.hcl": 'pid_file = "/hidden"',
      "#x.hcl#": broken,
      ".#x.hcl": broken,
      "x.hcl~": broken,
      "x.txt": broken,
      "below/y.hcl": broken,
    });

    expect(config).toMatchObject({ exitAfterAuth: true, pidFile: "/hidden" });
  });

  it("lets the name that comes first in the alphabet win", () => {
    const { config } = readFiles({
      "a.hcl": 'vault { address = "http://a" }',
      "b.hcl": `vault { address = "http://b" } ${AUTH}`,
    });

    expect(config.vault.address).toBe("http://a");
  });

  it("names the file that is wrong", () => {
    expect(refusal(() => readFiles({ "a.hcl": AUTH, "b.hcl": "vault {" }))).toBe(
      'error loading configuration from DIR: error loading "DIR/b.hcl": At 1:8: unexpected end of text',
    );
    expect(refusal(() => readFiles({ "a.hcl": AUTH, "b.hcl": "cache = 1" }))).toBe(
      `error loading configuration from DIR: error loading "DIR/b.hcl": error parsing 'cache': could not parse "cache" as an object`,
    );
  });
});

describe("a file", () => {
  it("must be UTF-8", () => {
    expect(refusal(() => readFiles({ "a.hcl": new Uint8Array([0x61, 0xff]) }, { paths: ["a.hcl"] }))).toBe(
      "error loading configuration from DIR/a.hcl: not UTF-8",
    );
  });

  it("may begin with a byte order mark", () => {
    expect(readHcl(`\ufeff${AUTH}`).autoAuth).toBeDefined();
  });
});

describe("flags, the environment and the file", () => {
  const file = `${AUTH} vault { address = "http://file" namespace = "/file/" tls_skip_verify = true ca_cert = "/file" }`;

  it("come in this order", () => {
    const env = { VAULT_ADDR: "http://env", VAULT_NAMESPACE: "env", VAULT_CACERT: "/env", VAULT_SKIP_VERIFY: "false" };
    const flags = { address: "http://flag", namespace: "flag", caCert: "/flag", tlsSkipVerify: true };

    expect(readHcl(file).vault).toEqual({
      address: "http://file",
      namespace: "file/",
      tls: { caCert: "/file", skipVerify: true },
      retries: 12,
    });
    expect(readHcl(file, { env }).vault).toMatchObject({
      address: "http://env",
      namespace: "env/",
      tls: { caCert: "/env", skipVerify: false },
    });
    expect(readHcl(file, { env, flags }).vault).toMatchObject({
      address: "http://flag",
      namespace: "flag/",
      tls: { caCert: "/flag", skipVerify: true },
    });
  });

  it("fall back to Vault's own address", () => {
    expect(readHcl(AUTH).vault).toEqual({ address: "https://127.0.0.1:8200", tls: {}, retries: 12 });
  });

  it("take a variable that is set to nothing as not set", () => {
    expect(readHcl(file, { env: { VAULT_ADDR: "", VAULT_SKIP_VERIFY: "" } }).vault).toMatchObject({
      address: "http://file",
      tls: { skipVerify: true },
    });
  });

  it("read VAULT_SKIP_VERIFY as what it says, and refuse what says nothing", () => {
    const skips = (text: string) => readHcl(AUTH, { env: { VAULT_SKIP_VERIFY: text } }).vault.tls.skipVerify;

    expect(["1", "true", "T", "0", "false", "F"].map(skips)).toEqual([true, true, true, false, false, false]);
    expect(refusal(() => skips("yes"))).toBe('could not parse VAULT_SKIP_VERIFY: "yes" is not true or false');
  });

  it("know OpenBao's names, which go before Vault's", () => {
    expect(readHcl(AUTH, { env: { BAO_ADDR: "http://bao" } }).vault.address).toBe("http://bao");
    expect(readHcl(AUTH, { env: { BAO_ADDR: "http://bao", VAULT_ADDR: "http://v" } }).vault.address).toBe("http://bao");
  });

  it("set retries: 0 means the default in a file, and none in the environment", () => {
    const retries = (text: string, env = {}) => readHcl(`${AUTH} vault { ${text} }`, { env }).vault.retries;

    expect(retries("")).toBe(12);
    expect(retries("retry { num_retries = 0 }")).toBe(12);
    expect(retries("retry { num_retries = -1 }")).toBe(0);
    expect(retries('retry { num_retries = "3" }')).toBe(3);
    expect(retries("retry { num_retries = 3 }", { VAULT_MAX_RETRIES: "0" })).toBe(0);
    expect(refusal(() => retries("", { VAULT_MAX_RETRIES: "-1" }))).toBe(
      'could not parse VAULT_MAX_RETRIES: "-1" is not a number',
    );
  });

  it("set the time of one try", () => {
    const timeout = (text: string) => readHcl(AUTH, { env: { VAULT_CLIENT_TIMEOUT: text } }).vault.timeout;

    expect([timeout("5"), timeout("250ms"), timeout("1m"), timeout("")]).toEqual([5000, 250, 60_000, undefined]);
    expect(refusal(() => timeout("soon"))).toBe('could not parse VAULT_CLIENT_TIMEOUT: "soon" is not a time');
    expect(refusal(() => timeout("0"))).toBe('could not parse VAULT_CLIENT_TIMEOUT: "0" is not a time');
  });

  it("never lead the agent to another agent, or to itself", () => {
    expect(readHcl(file, { env: { VAULT_AGENT_ADDR: "http://agent" } }).vault.address).toBe("http://file");
  });

  it("bring authorities as text, a proxy and redirects", () => {
    const env = { VAULT_CACERT_BYTES: "PEM", VAULT_PROXY_ADDR: "http://proxy", VAULT_DISABLE_REDIRECTS: "true" };

    expect(readHcl(file, { env }).vault).toMatchObject({
      tls: { caBytes: "PEM", skipVerify: true },
      proxy: "http://proxy",
      redirects: false,
    });
    expect(readHcl(file, { env }).vault.tls.caCert).toBeUndefined();
    expect(readHcl(file, { flags: { disableRedirects: true } }).vault.redirects).toBe(false);
  });

  it.each(["ftp://a", "a:8200", "http://user:pass@a", "unix://", "unix:///%zz"])("refuse an address: %s", (address) => {
    const says = refusal(() => readHcl(AUTH, { flags: { address } }));

    expect(says).toMatch(/^the server's address/);
    expect(says).not.toContain("pass@");
  });

  it("choose the log", () => {
    const env = { VAULT_LOG_LEVEL: "WARN", VAULT_LOG_FORMAT: "json" };
    const text = `${AUTH} log_level = "trace" log_file = "/a" log_rotate_bytes = "5" log_rotate_duration = "1h" log_rotate_max_files = 3`;

    expect(readHcl(AUTH).log).toEqual({
      level: "info",
      format: "standard",
      rotateBytes: 0,
      rotateDuration: 86_400_000,
      rotateMaxFiles: 0,
    });
    expect(readHcl(text).log).toEqual({
      level: "trace",
      format: "standard",
      file: "/a",
      rotateBytes: 5,
      rotateDuration: 3_600_000,
      rotateMaxFiles: 3,
    });
    expect(readHcl(text, { env }).log).toMatchObject({ level: "warn", format: "json" });
    expect(readHcl(text, { env, flags: { log: { level: "err", rotateBytes: 7 } } }).log).toMatchObject({
      level: "error",
      rotateBytes: 7,
    });
  });

  it("let the environment say which connections are closed", () => {
    const text = `${AUTH} disable_idle_connections = ["auto-auth"] disable_keep_alives = ["caching", "proxying"]`;
    const env = {
      VAULT_AGENT_DISABLE_IDLE_CONNECTIONS: "Templating, proxying,",
      BAO_AGENT_DISABLE_KEEP_ALIVES: "auto-auth",
    };

    expect(readHcl(text)).toMatchObject({
      disableIdleConnections: ["auto-auth"],
      disableKeepAlives: ["caching", "proxying"],
    });
    expect(readHcl(text, { env })).toMatchObject({
      disableIdleConnections: ["templating", "proxying"],
      disableKeepAlives: ["auto-auth"],
    });
    expect(refusal(() => readHcl(text, { env: { VAULT_AGENT_DISABLE_KEEP_ALIVES: "foo" } }))).toBe(
      "unknown disable_keep_alives value: foo",
    );
  });

  it("let a flag turn exit_after_auth off, too", () => {
    const text = `${AUTH} exit_after_auth = true`;

    expect(readHcl(text).exitAfterAuth).toBe(true);
    expect(readHcl(text, { flags: { exitAfterAuth: false } }).exitAfterAuth).toBe(false);
  });
});

describe("no -config at all", () => {
  it("is an error", () => {
    expect(refusal(() => readFiles({}, { paths: [] }))).toBe(
      "Must specify exactly at least one config path using -config",
    );
  });
});

describe("keys nobody reads", () => {
  const warnings = (text: string) => readFiles({ "a.hcl": text }).warnings;

  it("are warned of at the top level, even where upstream has them", () => {
    expect(warnings(`${AUTH} nonsense = 1 telemetry { statsd_address = "x" } nonsense = 2`)).toEqual([
      "'nonsense' has no effect here",
      "'telemetry' has no effect here",
    ]);
    expect(warnings(AUTH)).toEqual([]);
  });

  it("are warned of within blocks, too, but not where they belong to a method or a sink", () => {
    const method = 'method "aws" { confg = {} config = { own = 1 } }';

    expect(
      warnings(`auto_auth { ${method} sink "file" { config { path = "/x" nope = 1 } } nope = 1 }
        vault { adress = "x" retry { nmu_retries = 1 } }
        listener "tcp" { tls_disable = true cors_enabled = true }`),
    ).toEqual([
      "'listener.cors_enabled' has no effect here",
      "'auto_auth.nope' has no effect here",
      "'method.confg' has no effect here",
      "'vault.adress' has no effect here",
      "'retry.nmu_retries' has no effect here",
    ]);
  });

  it("are not those of consistency, which configurations of Vault's clusters have", () => {
    const consistency = 'enforce_consistency = "always" when_inconsistent = "retry"';

    expect(warnings(`${AUTH} listener "tcp" { tls_disable = true } api_proxy { ${consistency} }`)).toEqual([]);
    expect(warnings(`${AUTH} listener "tcp" { tls_disable = true } cache { ${consistency} }`)).toEqual([]);
  });
});

describe("JSON", () => {
  const method = { type: "token_file", config: { token_file_path: "/x" } };
  const sink = { type: "file", config: { path: "/x" } };

  it.each([
    ["types as fields, sinks in a list", { method, sinks: [{ sink }, { sink }] }],
    ["types as labels", { method: { token_file: { config: method.config } }, sink: [{ file: sink }, { file: sink }] }],
    [
      "lists of one",
      { method: [{ token_file: [{ config: [method.config] }] }], sinks: [{ sink: [sink] }, { sink: { file: sink } }] },
    ],
    ["sinks without the word", { method: [method], sinks: [sink, { file: sink }] }],
  ])("has %s", (_, autoAuth) => {
    const { autoAuth: read } = readJson({ auto_auth: autoAuth });

    expect(read?.method).toMatchObject({ type: "token_file", mountPath: "auth/token_file", hasConfig: true });
    expect(read?.sinks.map(({ type, config }) => [type, config.get("path")])).toEqual([
      ["file", { kind: "string", value: "/x" }],
      ["file", { kind: "string", value: "/x" }],
    ]);
  });

  it("accepts a method whose block has one key only", () => {
    expect(readJson({ auto_auth: { method: { aws: { config: { type: "iam" } } }, sink } }).autoAuth?.method.type).toBe(
      "aws",
    );
    expect(readJson({ auto_auth: { method: { type: "cert" }, sink } }).autoAuth?.method).toMatchObject({
      type: "cert",
      hasConfig: false,
    });
  });

  it("names variables by label", () => {
    const exec = { command: ["true"] };
    const read = (variables: unknown) =>
      readJson({ auto_auth: { method }, exec, env_template: variables }).envTemplates.map(({ name }) => name);

    expect(read({ A: { contents: "x" }, B: { contents: "x" } })).toEqual(["A", "B"]);
    expect(read([{ A: { contents: "x" } }, { B: [{ contents: "x" }] }])).toEqual(["A", "B"]);
  });
});
