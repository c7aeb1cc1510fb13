import { defined } from "../std/defined.ts";
import { parseGoBool } from "../std/go-bool.ts";
import { shown } from "../std/shown.ts";
import { DurationError, parseExactDuration } from "../std/time.ts";
import type { ClientSettings, Environment, TlsSettings } from "./contract.ts";
import { SettingsError } from "./errors.ts";
import { proxyFor } from "./proxy-choice.ts";
import { USUAL_RETRY } from "./retry.ts";

/** Settings from the variables that Vault's own clients read. What cannot be read is refused, never guessed. */

/** Vault's clients: this machine, over TLS. */
export const DEFAULT_ADDRESS = "https://127.0.0.1:8200";

/** `BAO_ADDR`, else `VAULT_ADDR`, as OpenBao reads them; empty counts as not set. `name` is without the prefix: `ADDR`. */
export const variableOf = (
  env: Environment,
  name: string,
): { readonly name: string; readonly value: string } | undefined => {
  for (const prefix of ["BAO_", "VAULT_"]) {
    const value = env[`${prefix}${name}`];
    if (value) return { name: `${prefix}${name}`, value };
  }
  return undefined;
};

const read = <T>(
  env: Environment,
  name: string,
  parse: (text: string) => T | undefined,
  wanted: string,
): T | undefined => {
  const found = variableOf(env, name);
  if (found === undefined) return undefined;
  const value = parse(found.value);
  if (value === undefined)
    throw new SettingsError(`could not parse ${found.name}: ${shown(found.value)} is not ${wanted}`);
  return value;
};

const booleanOf = (env: Environment, name: string): boolean | undefined =>
  read(env, name, parseGoBool, "true or false");

const numberOf = (env: Environment, name: string): number | undefined =>
  read(env, name, (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined), "a number");

/** Milliseconds. */
const timeOf = (text: string): number | undefined => {
  try {
    const ms = parseExactDuration(text) * 1000;
    return ms > 0 ? ms : undefined;
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
};

const tlsOf = (env: Environment): TlsSettings => {
  const text = (name: string): string | undefined => variableOf(env, name)?.value;
  return defined({
    caCert: text("CACERT"),
    caBytes: text("CACERT_BYTES"),
    caPath: text("CAPATH"),
    clientCert: text("CLIENT_CERT"),
    clientKey: text("CLIENT_KEY"),
    serverName: text("TLS_SERVER_NAME"),
    skipVerify: booleanOf(env, "SKIP_VERIFY"),
  });
};

/**
 * `given` is an address that goes before those of the environment, where an agent's goes before the server's.
 * `VAULT_TOKEN` and `VAULT_WRAP_TTL` belong to calls and are left to the caller. Throws `SettingsError`.
 */
export const settingsFromEnvironment = (env: Environment, given?: string): ClientSettings => {
  const text = (name: string): string | undefined => variableOf(env, name)?.value;
  const address = given ?? text("AGENT_ADDR") ?? text("ADDR") ?? DEFAULT_ADDRESS;
  const retries = numberOf(env, "MAX_RETRIES");
  return {
    address,
    tls: tlsOf(env),
    ...defined({
      namespace: text("NAMESPACE"),
      timeout: read(env, "CLIENT_TIMEOUT", timeOf, "a time"),
      retry: retries === undefined ? undefined : { ...USUAL_RETRY, retries },
      redirects: booleanOf(env, "DISABLE_REDIRECTS") === true ? false : undefined,
      proxy: proxyFor(env, address),
    }),
  };
};
