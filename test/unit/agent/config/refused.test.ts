import { describe, expect, it } from "@jest/globals";
import { readHcl, refusal } from "./read.ts";

/** Configurations that are refused, with the whole text. What is upstream's text is so to the letter. */

const METHOD = 'method "token_file" { config = { token_file_path = "/x" } }';
const WRAPPED = 'method "token_file" { wrap_ttl = "5m" config = { token_file_path = "/x" } }';
const SINK = 'sink "file" { config = { path = "/x" } }';
const AUTH = `auto_auth { ${METHOD} ${SINK} }`;
const LISTENER = 'listener "tcp" { address = "127.0.0.1:1" tls_disable = true }';
const EXEC = 'exec { command = ["true"] }';
const VARIABLE = 'env_template "A" { contents = "x" }';
const SUPERVISED = `auto_auth { ${METHOD} }`;
const TEMPLATE = 'template { contents = "x" destination = "/x" }';

const sink = (text: string) => `auto_auth { ${METHOD} sink "file" { ${text} config = { path = "/x" } } }`;
const template = (text: string) => `auto_auth { ${METHOD} } template { destination = "/x" ${text} }`;
const variable = (text: string) => `${SUPERVISED} env_template "A" { ${text} } ${EXEC}`;
const listener = (text: string) => `${AUTH} listener "tcp" { address = "127.0.0.1:1" ${text} }`;
const exec = (text: string) => `${SUPERVISED} ${VARIABLE} exec { ${text} }`;
const proxy = (text: string) => `${AUTH} ${LISTENER} api_proxy { ${text} }`;

/** Found once the files are merged. */
const INVALID: Readonly<Record<string, readonly [string, string]>> = {
  nothing: ["", "no auto_auth, cache, or listener block found in config"],
  "a server alone": ['vault { address = "http://a" }', "no auto_auth, cache, or listener block found in config"],
  "no sink": [
    `auto_auth { ${METHOD} }`,
    "auto_auth requires at least one sink or at least one template or api_proxy.use_auto_auth_token=true",
  ],
  "a proxy that uses no token": [
    `auto_auth { ${METHOD} } ${LISTENER} api_proxy { use_auto_auth_token = false }`,
    "auto_auth requires at least one sink or at least one template or api_proxy.use_auto_auth_token=true",
  ],
  "a cache alone": [`${AUTH} cache {}`, "enabling the cache requires at least 1 template or 1 listener to be defined"],
  "a proxy without listener": [
    `${AUTH} api_proxy { use_auto_auth_token = true }`,
    "configuring the api_proxy requires at least 1 listener to be defined",
  ],
  "a token in both": [
    `auto_auth { ${METHOD} } ${LISTENER} api_proxy { use_auto_auth_token = true } cache { use_auto_auth_token = false }`,
    "use_auto_auth_token defined in both api_proxy and cache config. Please remove this configuration from the cache block",
  ],
  "a cache's token without auth": [
    `cache { use_auto_auth_token = true } ${LISTENER}`,
    "cache.use_auto_auth_token is true but auto_auth not configured",
  ],
  "a cache's token and wrapping": [
    `cache { use_auto_auth_token = true } ${LISTENER} auto_auth { ${WRAPPED} ${SINK} }`,
    "cache.use_auto_auth_token is true and auto_auth uses wrapping",
  ],
  "a proxy's token without auth": [
    `api_proxy { use_auto_auth_token = "force" } ${LISTENER}`,
    "api_proxy.use_auto_auth_token is true but auto_auth not configured",
  ],
  "a proxy's token and wrapping": [
    `api_proxy { use_auto_auth_token = true } ${LISTENER} auto_auth { ${WRAPPED} ${SINK} }`,
    "api_proxy.use_auto_auth_token is true and auto_auth uses wrapping",
  ],
  "variables without a program": [
    `${SUPERVISED} ${VARIABLE}`,
    "a top-level 'exec' element must be specified with 'env_template' entries",
  ],
  "a program without variables": [
    `${AUTH} ${EXEC}`,
    "must specify at least one 'env_template' element with a top-level 'exec' element",
  ],
  "variables and a proxy": [
    `${SUPERVISED} ${VARIABLE} ${EXEC} ${LISTENER} api_proxy { use_auto_auth_token = true }`,
    "'api_proxy' cannot be specified with 'env_template' entries",
  ],
  "variables and a template": [
    `${SUPERVISED} ${VARIABLE} ${EXEC} ${TEMPLATE}`,
    "'template' cannot be specified with 'env_template' entries",
  ],
  "a program without a name": [exec("command = []"), "'exec' requires a non-empty 'command' field"],
  "a program of an empty text": [exec('command = [""]'), "'exec' requires a non-empty 'command' field"],
  "no command at all": [exec(""), "'exec' requires a non-empty 'command' field"],
  "a restart of another word": [
    exec('command = ["true"] restart_on_secret_changes = "sometimes"'),
    `'exec.restart_on_secret_changes' unexpected value: "sometimes"`,
  ],
  "a variable without a name": [
    `${SUPERVISED} env_template "" { contents = "x" } ${EXEC}`,
    "env_template: an environment variable name is required",
  ],
  "a variable twice": [
    `${SUPERVISED} ${VARIABLE} ${VARIABLE} ${EXEC}`,
    'env_template: duplicate environment variable name: "A"',
  ],
  "a variable that no environment can hold": [
    `${SUPERVISED} env_template "A=B" { contents = "x" } ${EXEC}`,
    "env_template[A=B]: the name of an environment variable cannot hold '='",
  ],
  "a variable without text": [variable(""), "env_template[A]: either 'contents' or 'source' must be specified"],
  "a variable of an empty text": [
    variable('contents = ""'),
    "env_template[A]: either 'contents' or 'source' must be specified",
  ],
  "a variable of two texts": [
    variable('contents = "x" source = "/y"'),
    "env_template[A]: 'contents' and 'source' cannot be specified together",
  ],
  ...Object.fromEntries(
    [
      "backup = true",
      'command = "true"',
      'command_timeout = "1s"',
      "create_dest_dirs = true",
      'destination = "/y"',
      'exec { command = ["true"] }',
      'perms = "0600"',
      'user = "nobody"',
      "uid = 1",
      'group = "nogroup"',
      "gid = 1",
      'wait { min = "1s" max = "2s" }',
      'sandbox_path = "/y"',
    ].map((text) => {
      const key = /^\w+/.exec(text)?.[0] ?? "";
      return [
        `a variable with ${key}`,
        [variable(`contents = "x" ${text}`), `env_template[A]: '${key}' is not allowed`],
      ];
    }),
  ),
};

/** Found in the file itself. */
const UNREADABLE: Readonly<Record<string, readonly [string, string]>> = {
  "text that ends early": ["vault { address = ", "At 1:19: unexpected end of text"],
  "two logins": [`${AUTH} ${AUTH}`, `error parsing 'auto_auth': at most one "auto_auth" block is allowed`],
  "two servers": [`vault {} vault {} ${AUTH}`, `error parsing 'vault': one and only one "vault" block is required`],
  "two caches": [`cache {} cache {} ${AUTH}`, `error parsing 'cache': one and only one "cache" block is required`],
  "two proxies": [
    `api_proxy {} api_proxy {} ${AUTH}`,
    `error parsing 'api_proxy': one and only one "api_proxy" block is required`,
  ],
  "two programs": [`${exec("")} exec {}`, `error parsing 'exec': at most one "exec" block is allowed`],
  "two settings of templates": [
    `template_config {} template_config {} ${AUTH}`,
    `error parsing 'template_config': at most one "template_config" block is allowed`,
  ],
  "a server that is a text": ['vault = "x"', `error parsing 'vault': could not parse "vault" as an object`],
  "two retries": [
    "vault { retry {} retry {} }",
    `error parsing 'vault': error parsing 'retry': one and only one "retry" block is required`,
  ],
  "retries that are not a number": [
    'vault { retry { num_retries = "x" } }',
    `error parsing 'vault': line 1: retry.num_retries: must be a number, not "x"`,
  ],
  "retries below none": [
    "vault { retry { num_retries = -2 } }",
    "error parsing 'vault': error parsing 'retry': num_retries cannot be less than -1",
  ],
  "a word for skipping verification": [
    'vault { tls_skip_verify = "x" }',
    `error parsing 'vault': line 1: vault.tls_skip_verify: must be true or false, not "x"`,
  ],
  "no method": [
    `auto_auth { ${SINK} }`,
    `error parsing 'auto_auth': error parsing 'method': one and only one "method" block is required`,
  ],
  "two methods": [
    `auto_auth { ${METHOD} ${METHOD} ${SINK} }`,
    `error parsing 'auto_auth': error parsing 'method': one and only one "method" block is required`,
  ],
  "a method without type": [
    `auto_auth { method { config = { a = 1 } } ${SINK} }`,
    "error parsing 'auto_auth': error parsing 'method': method type must be specified",
  ],
  "a method of two labels": [
    `auto_auth { method "a" "b" { } ${SINK} }`,
    "error parsing 'auto_auth': error parsing 'method': method type must be specified",
  ],
  "a method's wrapping that is not a duration": [
    `auto_auth { method "a" { wrap_ttl = "x" } ${SINK} }`,
    `error parsing 'auto_auth': error parsing 'method': line 1: method.wrap_ttl: time: invalid duration "x"`,
  ],
  "a backoff below nothing": [
    `auto_auth { method "a" { min_backoff = "-1s" } ${SINK} }`,
    "error parsing 'auto_auth': error parsing 'method': line 1: method.min_backoff: a duration cannot be negative",
  ],
  "a wrapped login without sink": [
    `auto_auth { ${WRAPPED} }`,
    "error parsing 'auto_auth': error parsing auto_auth: wrapping enabled on auth method and 0 or many sinks defined",
  ],
  "a wrapped login for two sinks": [
    `auto_auth { ${WRAPPED} ${SINK} ${SINK} }`,
    "error parsing 'auto_auth': error parsing auto_auth: wrapping enabled on auth method and 0 or many sinks defined",
  ],
  "wrapping twice": [
    `auto_auth { ${WRAPPED} sink "file" { wrap_ttl = "5m" config = { path = "/x" } } }`,
    "error parsing 'auto_auth': error parsing auto_auth: wrapping enabled both on auth method and sink",
  ],
  "a sink without type": [
    `auto_auth { ${METHOD} sink { config = { path = "/x" } } }`,
    "error parsing 'auto_auth': error parsing 'sink' stanzas: sink type must be specified",
  ],
  "another dh_type": [
    sink('dh_type = "rsa" dh_path = "/x"'),
    "error parsing 'auto_auth': error parsing 'sink' stanzas: sink.file invalid value for 'dh_type'",
  ],
  "dh_type alone": [
    sink('dh_type = "curve25519"'),
    "error parsing 'auto_auth': error parsing 'sink' stanzas: sink.file 'dh_type' and 'dh_path' must be specified together",
  ],
  "dh_path alone": [
    sink('dh_path = "/x"'),
    "error parsing 'auto_auth': error parsing 'sink' stanzas: sink.file 'dh_type' and 'dh_path' must be specified together",
  ],
  "aad in the clear": [
    sink('aad = "x"'),
    "error parsing 'auto_auth': error parsing 'sink' stanzas: sink.file specifying AAD data without 'dh_type' does not make sense",
  ],
  "aad_env_var in the clear": [
    sink('aad_env_var = "X"'),
    "error parsing 'auto_auth': error parsing 'sink' stanzas: sink.file specifying AAD data without 'dh_type' does not make sense",
  ],
  "derive_key in the clear": [
    sink("derive_key = true"),
    "error parsing 'auto_auth': error parsing 'sink' stanzas: sink.file specifying 'derive_key' data without 'dh_type' does not make sense",
  ],
  "another word for the token": [
    proxy('use_auto_auth_token = "maybe"'),
    `error parsing 'api_proxy': value of 'use_auto_auth_token' can be either true/false/force, "maybe" is an invalid option`,
  ],
  "a list for the token": [
    proxy("use_auto_auth_token = [true]"),
    "error parsing 'api_proxy': line 1: api_proxy.use_auto_auth_token: must be true or false, not a list",
  ],
  "another word for consistency": [
    proxy('enforce_consistency = "sometimes"'),
    `error parsing 'api_proxy': Unknown api_proxy setting for enforce_consistency: "sometimes"`,
  ],
  "another word for inconsistency": [
    `cache { when_inconsistent = "wait" } ${LISTENER}`,
    `error parsing 'cache': Unknown cache setting for when_inconsistent: "wait"`,
  ],
  "a kept cache without type": [
    `cache { persist {} } ${LISTENER}`,
    "error parsing 'cache': error parsing persist: persist type must be specified",
  ],
  "a kept cache of another type": [
    `cache { persist "disk" { path = "/x" } } ${LISTENER}`,
    `error parsing 'cache': error parsing persist: persistent key protection type "disk" not supported`,
  ],
  "a kept cache without path": [
    `cache { persist "kubernetes" {} } ${LISTENER}`,
    "error parsing 'cache': error parsing persist: must specify persistent cache path",
  ],
  "two kept caches": [
    `cache { persist "kubernetes" {} persist "kubernetes" {} } ${LISTENER}`,
    `error parsing 'cache': error parsing persist: only one "persist" block is required`,
  ],
  "another subsystem": [`disable_idle_connections = ["foo"] ${AUTH}`, "unknown disable_idle_connections value: foo"],
  "another subsystem to keep alive": [
    `disable_keep_alives = ["foo"] ${AUTH}`,
    "unknown disable_keep_alives value: foo",
  ],
  "a listener of another type": [
    `${AUTH} listener "udp" { address = "127.0.0.1:1" }`,
    `error parsing 'listener': listeners.0: unsupported listener type "udp"`,
  ],
  "a listener without type": [
    `${AUTH} ${LISTENER} listener { address = "127.0.0.1:1" }`,
    "error parsing 'listener': listeners.1: listener type must be specified",
  ],
  "a listener of another role": [
    listener('tls_disable = true role = "x"'),
    `error parsing 'listener': listeners.0: unsupported listener role "x"`,
  ],
  "a word for no TLS": [
    listener('tls_disable = "perhaps"'),
    `error parsing 'listener': listeners.0: invalid value for tls_disable: line 1: listener.tls_disable: must be true or false, not "perhaps"`,
  ],
  "TLS without a certificate": [
    listener(""),
    "error parsing 'listener': listeners.0: 'tls_cert_file' is not specified; set tls_disable = true for a listener without TLS",
  ],
  "TLS without a key": [
    listener('tls_cert_file = "/x"'),
    "error parsing 'listener': listeners.0: 'tls_key_file' is not specified; set tls_disable = true for a listener without TLS",
  ],
  "certificates of clients without TLS": [
    listener('tls_disable = true tls_require_and_verify_client_cert = true tls_client_ca_file = "/c"'),
    "error parsing 'listener': listeners.0: 'tls_require_and_verify_client_cert' needs TLS, which tls_disable turns off",
  ],
  "certificates of any client": [
    listener('tls_cert_file = "/x" tls_key_file = "/x" tls_require_and_verify_client_cert = true'),
    "error parsing 'listener': listeners.0: 'tls_require_and_verify_client_cert' needs 'tls_client_ca_file': whose certificates are good",
  ],
  "certificates of clients asked for and not": [
    listener('tls_require_and_verify_client_cert = true tls_disable_client_certs = true tls_client_ca_file = "/c"'),
    "error parsing 'listener': listeners.0: 'tls_disable_client_certs' and 'tls_require_and_verify_client_cert' are mutually exclusive",
  ],
  "another version of TLS": [
    listener('tls_cert_file = "/x" tls_key_file = "/x" tls_min_version = "tls14"'),
    `error parsing 'listener': listeners.0: 'tls_min_version' value "tls14" not supported, please specify one of [tls10,tls11,tls12,tls13]`,
  ],
  "versions the wrong way round": [
    listener('tls_cert_file = "/x" tls_key_file = "/x" tls_min_version = "tls13" tls_max_version = "tls12"'),
    "error parsing 'listener': listeners.0: 'tls_max_version' must be greater than or equal to 'tls_min_version'",
  ],
  "a socket without path": [
    `${AUTH} listener "unix" { tls_disable = true }`,
    "error parsing 'listener': listeners.0: 'address' must be the path of the socket",
  ],
  "a socket of no mode": [
    `${AUTH} listener "unix" { address = "/x" socket_mode = "0888" }`,
    `error parsing 'listener': listeners.0: socket_mode must be an octal mode up to 0777, not "0888"`,
  ],
  "a key that templates have not": [
    template('contents = "x" nope = 1 another = 2'),
    "error parsing 'template': has invalid keys: another, nope",
  ],
  "a key that a template's command has not": [
    template('contents = "x" exec { nope = 1 }'),
    "error parsing 'template': has invalid keys: nope",
  ],
  "a key that waiting has not": [
    template('contents = "x" wait { mix = "1s" }'),
    "error parsing 'template': has invalid keys: mix",
  ],
  "a key that the program has not": [
    exec('command = ["true"] nope = 1'),
    "error parsing 'exec': has invalid keys: nope",
  ],
  "a key that variables have not": [
    variable('contents = "x" nope = 1'),
    "error parsing 'env_template': has invalid keys: nope",
  ],
  "a template without text": [
    template(""),
    "error parsing 'template': template: must specify exactly one of 'source' or 'contents'",
  ],
  "a template of an empty text": [
    template('contents = ""'),
    "error parsing 'template': template: must specify exactly one of 'source' or 'contents'",
  ],
  "a template of two texts": [
    template('contents = "x" source = "/y"'),
    "error parsing 'template': template: cannot specify both 'source' and 'contents'",
  ],
  "a template without destination": [
    `auto_auth { ${METHOD} } template { contents = "x" }`,
    "error parsing 'template': template: missing destination",
  ],
  "perms that are not octal": [
    template('contents = "x" perms = "0999"'),
    "error parsing 'template': line 1: template.perms: must be an octal mode up to 0777",
  ],
  "perms in decimal": [
    template('contents = "x" perms = 640'),
    "error parsing 'template': line 1: template.perms: must be an octal mode up to 0777",
  ],
  "a wait that ends before it begins": [
    template('contents = "x" wait = "5s:2s"'),
    "error parsing 'template': wait: min must be less than max",
  ],
  "a wait of three": [template('contents = "x" wait = "1s:2s:3s"'), "error parsing 'template': wait: invalid format"],
  "a wait that is not a duration": [
    template('contents = "x" wait = "x"'),
    `error parsing 'template': line 1: template.wait: time: invalid duration "x"`,
  ],
  "a template that is a text": ['template = "x"', `error parsing 'template': could not parse "template" as an object`],
  "a word for backup": [
    template('contents = "x" backup = "sometimes"'),
    `error parsing 'template': line 1: template.backup: must be true or false, not "sometimes"`,
  ],
  "a list for contents": [
    template('contents = ["x"]'),
    "error parsing 'template': line 1: template.contents: must be a text, not a list",
  ],
  "no connections": [
    `${AUTH} template_config { max_connections_per_host = 0 }`,
    "error parsing 'template_config': max_connections_per_host must be at least 1",
  ],
  "a threshold above the lease": [
    `${AUTH} template_config { lease_renewal_threshold = 1.5 }`,
    "error parsing 'template_config': lease_renewal_threshold must be above 0 and at most 1",
  ],
  "an interval that is not a duration": [
    `${AUTH} template_config { static_secret_render_interval = "x" }`,
    `error parsing 'template_config': line 1: template_config.static_secret_render_interval: time: invalid duration "x"`,
  ],
  "a program as one text": [
    exec('command = "true"'),
    `error parsing 'exec': line 1: exec.command: must be a list of texts, not "true"`,
  ],
  "a variable of no label": [
    `${SUPERVISED} env_template { contents = "x" } ${EXEC}`,
    "error parsing 'env_template': expected one and only one environment variable name, got 0",
  ],
  "a variable of two labels": [
    `${SUPERVISED} env_template "A" "B" { contents = "x" } ${EXEC}`,
    "error parsing 'env_template': expected one and only one environment variable name, got 2",
  ],
  "a word for exit_after_auth": [
    `\n${AUTH} exit_after_auth = "maybe"`,
    'line 2: exit_after_auth: must be true or false, not "maybe"',
  ],
  "a level twice as a list": ["log_level = []", "line 1: log_level: must be a text, not a list"],
};

/** What no single file says: told as it is. */
const PLAIN: Readonly<Record<string, readonly [string, string]>> = {
  backoffs: [
    `auto_auth { method "a" { min_backoff = "10s" max_backoff = "1s" } ${SINK} }`,
    "auth handler: min_backoff cannot be greater than max_backoff",
  ],
  "another log level": [`${AUTH} log_level = "loud"`, "unknown log level: loud"],
  "another log format": [`${AUTH} log_format = "loud"`, "unknown log format: loud"],
  "a rotation that is not a duration": [
    `${AUTH} log_rotate_duration = "x"`,
    'log_rotate_duration: time: invalid duration "x"',
  ],
};

const cases = (table: typeof PLAIN) => Object.entries(table).map(([name, [text, says]]) => [name, text, says] as const);

describe("a configuration is refused", () => {
  it.each(cases(INVALID))("as a whole: %s", (_, text, says) => {
    expect(refusal(() => readHcl(text))).toBe(`error validating configuration: ${says}`);
  });

  it.each(cases(UNREADABLE))("in its file: %s", (_, text, says) => {
    expect(refusal(() => readHcl(text))).toBe(`error loading configuration from DIR/agent.hcl: ${says}`);
  });

  it.each(cases(PLAIN))("with the flags' own text: %s", (_, text, says) => {
    expect(refusal(() => readHcl(text))).toBe(says);
  });

  it("names a signal that the system has not", () => {
    const text = exec('command = ["true"] restart_stop_signal = "NOPE"');
    expect(refusal(() => readHcl(text))).toMatch(
      /^error loading configuration from DIR\/agent.hcl: error parsing 'exec': invalid signal "NOPE" - valid signals are \["SIGABRT" .*"SIGTERM"/,
    );
  });
});
