import { describe, expect, it } from "@jest/globals";
import { readHcl } from "./read.ts";

/** What each block becomes: defaults, units, and the spellings upstream reads. */

const METHOD = 'method "token_file" { config = { token_file_path = "/x" } }';
const SINK = 'sink "file" { config = { path = "/x" } }';
const AUTH = `auto_auth { ${METHOD} ${SINK} }`;
const SECOND = 1000;

describe("auto_auth", () => {
  const method = (text: string) => readHcl(`auto_auth { method "AppRole" { ${text} } ${SINK} }`).autoAuth?.method;

  it("has Vault's defaults", () => {
    expect(method("")).toEqual({
      type: "approle",
      mountPath: "auth/approle",
      config: new Map(),
      hasConfig: false,
      wrapTtl: 0,
      minBackoff: SECOND,
      maxBackoff: 300 * SECOND,
      writtenBackoff: {},
      exitOnError: false,
    });
  });

  it("reads durations as numbers of seconds and as texts", () => {
    expect(method('min_backoff = "500ms" max_backoff = 60')).toMatchObject({ minBackoff: 500, maxBackoff: 60_000 });
    expect(method("min_backoff = 1.5")).toMatchObject({ minBackoff: 1500 });
    expect(method('min_backoff = "2" max_backoff = "1h30m"')).toMatchObject({
      minBackoff: 2000,
      maxBackoff: 5_400_000,
    });
  });

  it("drops slashes around a mount, and makes a namespace as it is sent", () => {
    expect(method('mount_path = "auth/x/" namespace = "/a/b"')).toMatchObject({
      mountPath: "auth/x",
      namespace: "a/b/",
    });
  });

  it("hands config { } on as it is written, with the octal text of a number", () => {
    const { autoAuth } = readHcl(`auto_auth { ${METHOD} sink "file" { config { path = "/x" mode = 0640 } } }`);

    expect(autoAuth?.sinks[0]?.config.get("mode")).toEqual({ kind: "number", value: 0o640, text: "0640" });
  });

  it("takes several config { } as one, as HCL has it", () => {
    const { autoAuth } = readHcl(
      `auto_auth { ${METHOD} sink "file" { config { path = "/x" } config { mode = 0600 } } }`,
    );

    expect([...(autoAuth?.sinks[0]?.config.keys() ?? [])]).toEqual(["path", "mode"]);
  });

  it("rounds a wrapping up to whole seconds", () => {
    const wrapTtl = (text: string) =>
      readHcl(`auto_auth { ${METHOD} sink "file" { wrap_ttl = ${text} config { path = "/x" } } }`).autoAuth?.sinks[0]
        ?.wrapTtl;

    expect(['"5m"', "90", '"1500ms"', '"1ms"', "0"].map(wrapTtl)).toEqual([300, 90, 2, 1, 0]);
  });

  it("reads encryption", () => {
    const text = 'dh_type = "curve25519" dh_path = "/k" derive_key = true aad = "a" aad_env_var = "A"';
    const { autoAuth } = readHcl(`auto_auth { ${METHOD} sink "file" { ${text} config { path = "/x" } } }`);

    expect(autoAuth?.sinks[0]?.encryption).toEqual({
      publicKeyFile: "/k",
      deriveKey: true,
      aad: "a",
      aadVariable: "A",
    });
  });

  it("reads keys without regard to case, as HCL version 1 does", () => {
    const { autoAuth } = readHcl(`Auto_Auth { Method "token_file" { Exit_On_Err = "true" } ${SINK} }`);

    expect(autoAuth?.method.exitOnError).toBe(true);
  });
});

describe("listener, cache and api_proxy", () => {
  it("have Vault's defaults", () => {
    const { listeners, cache, apiProxy } = readHcl(
      `${AUTH} listener "TCP" { tls_disable = "1" } cache {} api_proxy {}`,
    );

    expect(listeners).toEqual([
      {
        type: "tcp",
        address: "127.0.0.1:8200",
        requireRequestHeader: false,
        role: "default",
        enableQuit: false,
        socket: {},
      },
    ]);
    expect(cache).toMatchObject({ useAutoAuthToken: false, staticSecrets: false });
    expect(apiProxy).toEqual({ useAutoAuthToken: false });
  });

  it("read everything", () => {
    const { listeners } = readHcl(`${AUTH}
      listener "tcp" { address = "0.0.0.0:1" tls_cert_file = "/c" tls_key_file = "/k" require_request_header = true role = "metrics_only" }
      listener "unix" { address = "/s" socket_mode = "0660" socket_user = "u" socket_group = "g" agent_api { enable_quit = true } }`);

    expect(listeners).toMatchObject([
      {
        address: "0.0.0.0:1",
        tls: { certFile: "/c", keyFile: "/k" },
        requireRequestHeader: true,
        role: "metrics_only",
      },
      { type: "unix", address: "/s", enableQuit: true, socket: { mode: 0o660, user: "u", group: "g" } },
    ]);
  });

  it("hold clients to TLS as it is asked for", () => {
    const tls = (text: string) =>
      readHcl(`${AUTH} listener "tcp" { tls_cert_file = "/c" tls_key_file = "/k" ${text} }`).listeners[0]?.tls;

    expect(tls('tls_min_version = "tls13"')).toEqual({ certFile: "/c", keyFile: "/k", minVersion: "TLSv1.3" });
    expect(tls('tls_min_version = "tls10" tls_max_version = "tls12"')).toMatchObject({
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.2",
    });
    expect(tls('tls_require_and_verify_client_cert = true tls_client_ca_file = "/a"')?.clients).toEqual({
      caFile: "/a",
    });
    expect(tls('tls_client_ca_file = "/a"')?.clients).toBeUndefined();
  });

  it("let the cache say which token is used, as configurations of old do", () => {
    const proxied = (text: string) =>
      readHcl(`auto_auth { ${METHOD} } listener "tcp" { tls_disable = true } ${text}`).apiProxy?.useAutoAuthToken;

    expect(proxied("cache { use_auto_auth_token = true }")).toBe(true);
    expect(proxied('cache { use_auto_auth_token = "FORCE" }')).toBe("force");
    expect(proxied('cache {} api_proxy { use_auto_auth_token = "force" }')).toBe("force");
    expect(proxied('cache { use_auto_auth_token = "true" } api_proxy {}')).toBe(true);
  });

  it("keep a cache", () => {
    const { cache } = readHcl(
      `listener "tcp" { tls_disable = true } cache { persist = { type = "kubernetes" path = "/x" } }`,
    );

    expect(cache?.persist).toEqual({
      type: "kubernetes",
      path: "/x",
      keepAfterImport: false,
      exitOnError: true,
      serviceAccountTokenFile: "/var/run/secrets/kubernetes.io/serviceaccount/token",
    });
  });
});

describe("template", () => {
  const template = (text: string) =>
    readHcl(`auto_auth { ${METHOD} } template { contents = "x" destination = "/x" ${text} }`).templates[0];

  it("has consul-template's defaults", () => {
    expect(template("")).toEqual({
      contents: "x",
      destination: "/x",
      leftDelimiter: "{{",
      rightDelimiter: "}}",
      errorOnMissingKey: false,
      functionDenylist: [],
      createDestDirs: true,
      backup: false,
      errorFatal: true,
    });
  });

  it("takes modes in octal text, HCL's octal and JSON's decimal", () => {
    const perms = (text: string) => template(`perms = ${text}`)?.perms;

    expect(['"0600"', '"640"', "0600", "384", '""'].map(perms)).toEqual([0o600, 0o640, 0o600, 0o600, undefined]);
  });

  it.each([
    ['command = "echo a"', { command: ["echo a"], shell: true, timeout: 30_000 }],
    ['command = "reload"', { command: ["reload"], shell: true, timeout: 30_000 }],
    ['command = ["echo", "a b"] command_timeout = "5s"', { command: ["echo", "a b"], shell: false, timeout: 5000 }],
    ['command = ["echo a"]', { command: ["echo a"], shell: true, timeout: 30_000 }],
    ['command = ["reload"]', { command: ["reload"], shell: false, timeout: 30_000 }],
    ['exec { command = ["a", "b"] timeout = 5 }', { command: ["a", "b"], shell: false, timeout: 5000 }],
    ['exec { command = "a,b" }', { command: ["a", "b"], shell: false, timeout: 30_000 }],
    [
      'exec { command = ["a", "b"] splay = "5s" kill_timeout = "5s" }',
      { command: ["a", "b"], shell: false, timeout: 30_000 },
    ],
    ['command = "a" exec { timeout = "1m" }', { command: ["a"], shell: true, timeout: 60_000 }],
    ['command = "a" exec { command = ["b"] }', { command: ["b"], shell: false, timeout: 30_000 }],
  ])("runs %s", (text, command) => {
    expect(template(text)?.command).toEqual(command);
  });

  it.each(['command = ""', "command = []", 'exec { command = ["a"] enabled = false }', "exec {}"])(
    "runs nothing for %s",
    (text) => {
      expect(template(text)?.command).toBeUndefined();
    },
  );

  it("waits", () => {
    const wait = (text: string) => template(`wait ${text}`)?.wait;

    expect(wait('= "5s"')).toEqual({ min: 5000, max: 20_000 });
    expect(wait('= "5s:10s"')).toEqual({ min: 5000, max: 10_000 });
    expect(wait('{ min = "1s" max = 3 }')).toEqual({ min: 1000, max: 3000 });
    expect(wait('{ min = "1s" enabled = false }')).toBeUndefined();
  });

  it("has owners by name and by number", () => {
    expect(template('user = "u" gid = 12')).toMatchObject({ user: "u", group: "12" });
    expect(template("uid = 0")).toMatchObject({ user: "0" });
  });

  it("adds up both names of the denylist", () => {
    expect(template('function_denylist = ["env"] function_blacklist = "file,plugin"')?.functionDenylist).toEqual([
      "env",
      "file",
      "plugin",
    ]);
  });
});

describe("template_config and exec", () => {
  it("have Vault's defaults", () => {
    expect(readHcl(AUTH).templateServer).toEqual({
      exitOnRetryFailure: false,
      staticSecretRenderInterval: 300_000,
      maxConnectionsPerHost: 10,
      leaseRenewalThreshold: 0.9,
    });
    const { exec } = readHcl(`auto_auth { ${METHOD} } env_template "A" { contents = "x" } exec { command = ["a"] }`);
    expect(exec).toEqual({ command: ["a"], restartOnSecretChanges: "always", restartStopSignal: "SIGTERM" });
  });

  it("read everything", () => {
    const { templateServer, exec, envTemplates } = readHcl(`auto_auth { ${METHOD} }
      template_config { exit_on_retry_failure = true static_secret_render_interval = "10s" max_connections_per_host = 3 lease_renewal_threshold = 0.5 }
      env_template "A" { source = "/x" error_on_missing_key = true error_fatal = false left_delimiter = "[[" right_delimiter = "]]" }
      exec { command = ["a", "b"] restart_on_secret_changes = "never" restart_stop_signal = "sigusr1" }`);

    expect(templateServer).toEqual({
      exitOnRetryFailure: true,
      staticSecretRenderInterval: 10_000,
      maxConnectionsPerHost: 3,
      leaseRenewalThreshold: 0.5,
    });
    expect(exec).toEqual({ command: ["a", "b"], restartOnSecretChanges: "never", restartStopSignal: "SIGUSR1" });
    expect(envTemplates).toEqual([
      {
        name: "A",
        source: "/x",
        errorFatal: false,
        leftDelimiter: "[[",
        rightDelimiter: "]]",
        errorOnMissingKey: true,
        functionDenylist: [],
      },
    ]);
  });
});
