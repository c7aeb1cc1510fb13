import { resolve } from "node:path";
import type { TlsSettings } from "../../client/contract.ts";
import { defined } from "../../std/defined.ts";
import { parseGoBool } from "../../std/go-bool.ts";
import { cut, shown } from "../../std/shown.ts";
import { DurationError, parseExactDuration } from "../../std/time.ts";
import { AgentError, type Level } from "../contract.ts";

/** What the extension is told, by the function's environment variables: the names are those of Vault's extension. */

export interface SecretFile {
  /** For messages: the end of the variable's name; empty for `VAULT_SECRET_PATH`. */
  readonly name: string;
  /** Below `/v1/`: `secret/data/app`. */
  readonly path: string;
  readonly file: string;
}

export interface CacheSettings {
  /** Milliseconds. */
  readonly ttl: number;
  /** Whether answers are kept that no header asks to keep. */
  readonly everything: boolean;
}

export interface ExtensionSettings {
  /** `HOST:PORT` of Lambda's own API for extensions. */
  readonly lambdaApi: string;
  readonly address: string;
  readonly tls: TlsSettings;
  readonly namespace?: string;
  /** Tries after the first, and milliseconds for one try, of logins and of the secrets read before the handler starts. */
  readonly retries: number;
  readonly timeout: number;
  readonly login: {
    /** `auth/aws` */
    readonly mountPath: string;
    readonly role: string;
    readonly serverId?: string;
    readonly region?: string;
  };
  /** Milliseconds before its end from which on a token counts as ended. */
  readonly grace: number;
  /** The port of the local proxy on 127.0.0.1; absent: there is none. */
  readonly port?: number;
  /** Whether the proxy serves only requests with `X-Vault-Request: true`, which a browser or a forged GET does not send. */
  readonly requireRequestHeader: boolean;
  readonly secrets: readonly SecretFile[];
  readonly cache?: CacheSettings;
  readonly level: Level | "off";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where relative names of files begin: in Lambda, nothing but `/tmp` can be written to. */
const FOLDER = "/tmp/vault";
const DEFAULT_FILE = "secret.json";
const DEFAULT_PORT = 8200;
const LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error", "off"];

const reader = (env: Environment) => {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const read = <T>(name: string, expected: string, parse: (value: string) => T | undefined): T | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const parsed = parse(value);
    if (parsed === undefined) throw new AgentError(`${name} is ${shown(value)}: expected ${expected}`);
    return parsed;
  };
  return {
    text,
    boolean: (name: string) => read(name, "true or false", parseGoBool),
    whole: (name: string, most: number) =>
      read(name, `a number from 0 to ${most}`, (value) =>
        /^\d{1,6}$/.test(value) && Number(value) <= most ? Number(value) : undefined,
      ),
    /** Milliseconds. */
    duration: (name: string) => read(name, "a duration such as 30s or 5m", durationOf),
    one: (name: string, words: readonly string[]) =>
      read(name, `one of ${words.join(", ")}`, (value) => words.find((word) => word === value.toLowerCase())),
  };
};

const durationOf = (value: string): number | undefined => {
  try {
    const seconds = parseExactDuration(value);
    return seconds < 0 ? undefined : seconds * 1000;
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
};

const NAMED = /^VAULT_SECRET_(PATH|FILE)_(.+)$/;

/** Every `VAULT_SECRET_PATH_NAME` with its `VAULT_SECRET_FILE_NAME`, and the one without a name. */
const readSecrets = (env: Environment): readonly SecretFile[] => {
  const { text } = reader(env);
  const names = new Set(
    Object.keys(env).flatMap((key) => (text(key) === undefined ? [] : (NAMED.exec(key)?.[2] ?? []))),
  );
  const secrets = [...names].sort().map((name): SecretFile => {
    const path = text(`VAULT_SECRET_PATH_${name}`);
    const file = text(`VAULT_SECRET_FILE_${name}`);
    if (path === undefined || file === undefined) {
      const missing = `VAULT_SECRET_${path === undefined ? "PATH" : "FILE"}_${name}`;
      throw new AgentError(`${cut(missing)} is not set: a secret needs both a path and a file`);
    }
    return { name, path, file };
  });
  const unnamed = text("VAULT_SECRET_PATH");
  if (unnamed !== undefined) {
    secrets.push({ name: "", path: unnamed, file: text("VAULT_SECRET_FILE") ?? DEFAULT_FILE });
  } else if (text("VAULT_SECRET_FILE") !== undefined) {
    throw new AgentError("VAULT_SECRET_PATH is not set: a secret needs both a path and a file");
  }
  const files = new Set<string>();
  return secrets.map(({ name, path, file: written }) => {
    const file = resolve(FOLDER, written);
    if (files.has(file)) throw new AgentError(`two secrets would be written to ${shown(file)}`);
    files.add(file);
    return { name, path: path.replace(/^\/+(?:v1\/)?|\/+$/g, ""), file };
  });
};

const readTls = (env: Environment): TlsSettings => {
  const { text, boolean } = reader(env);
  return defined({
    caCert: text("VAULT_CACERT"),
    caPath: text("VAULT_CAPATH"),
    clientCert: text("VAULT_CLIENT_CERT"),
    clientKey: text("VAULT_CLIENT_KEY"),
    serverName: text("VAULT_TLS_SERVER_NAME"),
    skipVerify: boolean("VAULT_SKIP_VERIFY"),
  });
};

const readCache = (env: Environment): CacheSettings | undefined => {
  const { duration, boolean } = reader(env);
  const ttl = duration("VAULT_DEFAULT_CACHE_TTL");
  return ttl ? { ttl, everything: boolean("VAULT_DEFAULT_CACHE_ENABLED") ?? false } : undefined;
};

const readRequired = (env: Environment) => {
  const { text } = reader(env);
  const lambdaApi = text("AWS_LAMBDA_RUNTIME_API");
  const address = text("VLE_VAULT_ADDR") ?? text("ZEROTH_ADDR") ?? text("VAULT_ADDR");
  const role = text("VAULT_AUTH_ROLE");
  if (lambdaApi === undefined) {
    throw new AgentError("AWS_LAMBDA_RUNTIME_API is not set: this command is for an extension of a Lambda function");
  }
  if (address === undefined) throw new AgentError("none of VLE_VAULT_ADDR, ZEROTH_ADDR and VAULT_ADDR is set");
  if (role === undefined) throw new AgentError("VAULT_AUTH_ROLE is not set");
  if (text("VAULT_ASSUMED_ROLE_ARN") !== undefined) {
    throw new AgentError("VAULT_ASSUMED_ROLE_ARN is set: the extension logs in with the function's own role alone");
  }
  return { lambdaApi, address, role };
};

/** Throws `AgentError` that names the variable. No value of a secret is among them. */
export const readExtensionSettings = (env: Environment): ExtensionSettings => {
  const { text, boolean, whole, duration, one } = reader(env);
  const { lambdaApi, address, role } = readRequired(env);
  const mode = one("VAULT_RUN_MODE", ["default", "proxy", "file"]) ?? "default";
  const provider = text("VAULT_AUTH_PROVIDER") ?? "aws";
  return defined({
    lambdaApi,
    address,
    tls: readTls(env),
    namespace: text("VAULT_NAMESPACE"),
    retries: whole("VAULT_MAX_RETRIES", 100) ?? 2,
    timeout: duration("VAULT_CLIENT_TIMEOUT") || 60_000,
    login: defined({
      mountPath: `auth/${provider.replace(/^(?:auth\/)?\/*|\/+$/g, "")}`,
      role,
      serverId: text("VAULT_IAM_SERVER_ID"),
      region: text("VAULT_STS_ENDPOINT_REGION") ?? regionalOf(env),
    }),
    grace: duration("VAULT_TOKEN_EXPIRY_GRACE_PERIOD") ?? 10_000,
    port: mode === "file" ? undefined : (whole("ZEROTH_PROXY_PORT", 65_535) ?? DEFAULT_PORT),
    requireRequestHeader: boolean("ZEROTH_REQUIRE_REQUEST_HEADER") ?? false,
    secrets: mode === "proxy" ? [] : readSecrets(env),
    cache: readCache(env),
    level: (one("VAULT_LOG_LEVEL", LEVELS) ?? "info") as Level | "off",
  });
};

/** AWS's own switch: its SDKs then call STS in the function's Region, not the global endpoint. */
const regionalOf = (env: Environment): string | undefined => {
  const { text } = reader(env);
  return text("AWS_STS_REGIONAL_ENDPOINTS") === "regional" ? text("AWS_REGION") : undefined;
};
