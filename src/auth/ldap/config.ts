import { createPrivateKey, X509Certificate } from "node:crypto";
import type { z } from "zod";
import { invalidRequest } from "../../framework/index.ts";
import { emptyTokenFields, mergeTokenFields, readTokenFields } from "../../framework/token-params.ts";
import { defined } from "../../std/defined.ts";
import { shown } from "../../std/shown.ts";
import { changeBody } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";
import {
  ALIAS_MODES,
  type Config,
  type ConfigInput,
  type ConfigShown,
  GROUP_FILTER,
  ownFields,
  storedConfig,
  TLS_VERSIONS,
  USER_FILTER,
} from "./config-fields.ts";
import { templateProblem } from "./templates.ts";

/** The configuration of a mount: one entry. A write changes what it names and keeps the rest, secrets included. */

/** The configuration of a mount that was never configured. */
export const DEFAULTS: Config = {
  anonymous_group_search: false,
  binddn: "",
  bindpass: "",
  case_sensitive_names: false,
  certificate: "",
  client_tls_cert: "",
  client_tls_key: "",
  connection_timeout: 30,
  deny_null_bind: true,
  dereference_aliases: "never",
  discoverdn: false,
  enable_samaccountname_login: false,
  groupattr: "cn",
  groupdn: "",
  groupfilter: GROUP_FILTER,
  insecure_tls: false,
  max_page_size: 0,
  request_timeout: 90,
  starttls: false,
  tls_max_version: "tls12",
  tls_min_version: "tls12",
  upndomain: "",
  url: "ldap://127.0.0.1",
  use_pre111_group_cn_behavior: false,
  use_token_groups: false,
  userattr: "cn",
  userdn: "",
  userfilter: USER_FILTER,
  username_as_alias: false,
  ...emptyTokenFields,
};

export const configAddress = (storage: View): Address => storage.at("config");

/** `undefined`: never written. */
export const findConfig = async (storage: View): Promise<Config | undefined> => {
  const entry = await storage.get(configAddress(storage));
  return entry && storedConfig.parse(entry.body);
};

/** As written, or the defaults. */
export const configOf = async (storage: View): Promise<Config> => (await findConfig(storage)) ?? DEFAULTS;

const USER_FILTER_WARNING =
  "userfilter configured does not consider userattr and may result in colliding entity aliases on logins";

/** What a write and a read warn of. */
export const configWarnings = ({ userfilter, userattr }: Config): readonly string[] =>
  userfilter === "" || userfilter.includes("{{.UserAttr}}") || userfilter.includes(userattr)
    ? []
    : [USER_FILTER_WARNING];

export const showConfig = (config: Config): z.output<typeof ConfigShown> => ({
  ...ownFields.parse(config),
  ...readTokenFields(config),
});

const versionOf = (name: string, given: string | undefined, before: Config["tls_min_version"]) => {
  if (given === undefined) return before;
  const known = TLS_VERSIONS.find((version) => version === given);
  if (known === undefined) throw invalidRequest(`invalid '${name}'`);
  return known;
};

const aliasModeOf = (given: string | undefined, before: Config["dereference_aliases"]) => {
  if (given === undefined) return before;
  if (given === "") return DEFAULTS.dereference_aliases;
  const known = ALIAS_MODES.find((mode) => mode === given.toLowerCase());
  if (known === undefined) throw invalidRequest(`invalid dereference_aliases ${shown(given)}`);
  return known;
};

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

const certificateIn = (text: string): X509Certificate | undefined => {
  try {
    return (text.match(PEM) ?? []).map((one) => new X509Certificate(one))[0];
  } catch {
    return undefined;
  }
};

const isPair = (certificate: string, key: string): boolean => {
  try {
    return certificateIn(certificate)?.checkPrivateKey(createPrivateKey(key)) ?? false;
  } catch {
    return false;
  }
};

const checkTls = (config: Config): void => {
  const { certificate, client_tls_cert: own, client_tls_key: key } = config;
  if (config.tls_max_version < config.tls_min_version)
    throw invalidRequest("'tls_max_version' must be greater than or equal to 'tls_min_version'");
  if (certificate !== "" && !certificateIn(certificate))
    throw invalidRequest("failed to parse server tls cert: failed to decode PEM block in the certificate");
  if ((own === "") !== (key === "")) throw invalidRequest("both client_tls_cert and client_tls_key must be set");
  if (own !== "" && !isPair(own, key)) throw invalidRequest("failed to parse client X509 key pair");
};

/** An attribute's name or number. Source: RFC 4512, section 1.4. */
const ATTRIBUTE = /^(?:[a-z][a-z\d-]*|\d+(?:\.\d+)+)$/i;

const checkSearches = (config: Config): void => {
  for (const name of ["userfilter", "groupfilter"] as const) {
    const problem = templateProblem(config[name]);
    if (problem !== undefined) throw invalidRequest(`invalid ${name}: ${problem}`);
  }
  for (const name of ["userattr", "groupattr"] as const)
    if (!ATTRIBUTE.test(config[name])) throw invalidRequest(`${name} must be the name of an attribute`);
  if (config.max_page_size < 0) throw invalidRequest("max_page_size cannot be negative");
};

/** An empty name sets the default again. */
const attributeOf = (given: string | undefined, before: string): string => (given === "" ? "cn" : (given ?? before));

/** What a write names is replaced, the rest stays. */
const merged = (before: Config, input: ConfigInput): Config => {
  const { tls_max_version, tls_min_version, dereference_aliases, url, userattr, groupattr, ...asSent } = input;
  return {
    ...before,
    ...defined(asSent),
    dereference_aliases: aliasModeOf(dereference_aliases, before.dereference_aliases),
    tls_max_version: versionOf("tls_max_version", tls_max_version, before.tls_max_version),
    tls_min_version: versionOf("tls_min_version", tls_min_version, before.tls_min_version),
    url: url?.toLowerCase() ?? before.url,
    userattr: attributeOf(userattr?.toLowerCase(), before.userattr),
    groupattr: attributeOf(groupattr, before.groupattr),
    ...mergeTokenFields(before, input),
  };
};

/** Answers warnings. Throws `invalid_request`; then nothing changed. */
export const writeConfig = async (storage: View, input: ConfigInput): Promise<readonly string[]> => {
  const busy = { reason: "too many concurrent writes of the configuration" };
  const make = (before: Config | undefined): Config => {
    const after = merged(before ?? DEFAULTS, input);
    checkTls(after);
    checkSearches(after);
    return after;
  };
  return configWarnings(await changeBody(storage, configAddress(storage), storedConfig, make, { busy }));
};
