import { z } from "zod";
import {
  AnyObject,
  type BackendContext,
  field,
  invalidRequest,
  permissionDenied,
  type VaultError,
} from "../../framework/index.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { cut, shown } from "../../std/shown.ts";
import { type Busy, change, changeBody, tryWrite } from "../../storage/change.ts";
import type { Address, Entry, View } from "../../storage/store.ts";
import type { Connector, FindConnector, Settings } from "./connector.ts";
import { broken, DatabaseFailure, reasonOf, SettingsError } from "./failure.ts";
import { workingPassword } from "./passwords.ts";

/** Connections as the operator configures them: `config/<name>` of the mount, sealed, password and all. */

const texts = z.array(z.string());
/** A password that may be valid: written before the database is asked to change to it. `at`: epoch milliseconds. */
export const Candidate = z.object({ password: z.string(), at: z.number() });
export type Candidate = z.output<typeof Candidate>;

const StoredConfig = z.object({
  plugin_name: z.string(),
  plugin_version: z.string(),
  allowed_roles: texts,
  root_rotation_statements: texts,
  password_policy: z.string(),
  /** Plugin-specific; values as they were sent. */
  details: z.custom<JsonObject>(),
  /** Newest last. */
  candidates: z.array(Candidate),
});
export type StoredConfig = z.output<typeof StoredConfig>;

export interface Config extends StoredConfig {
  readonly name: string;
  /** The write it was read from. */
  readonly n: number;
}

export const ConfigInput = z
  .object({
    plugin_name: field.text("The kind of database: postgresql-database-plugin, mysql-database-plugin and their like."),
    plugin_version: field.text("Accepted for Vault's clients; a semantic version."),
    verify_connection: field.flag("Log in before the connection is saved; true by default."),
    allowed_roles: field.commaList("Roles that may use the connection; `*` matches any text."),
    root_rotation_statements: field.textList("Statements that change the password of the connection's user."),
    password_policy: field.text("Password policy of the passwords made here."),
  })
  .catchall(z.custom<JsonValue>());
export type ConfigInput = z.output<typeof ConfigInput>;

/** Fields that are the engine's own; every other one belongs to the plugin. */
const OWN = new Set([...Object.keys(ConfigInput.shape), "name"]);
/** Automated rotation of the root password (Vault Enterprise). */
const AUTOMATED = [
  "rotation_period",
  "rotation_schedule",
  "rotation_window",
  "disable_automated_rotation",
  "skip_static_role_import_rotation",
];

export const configAddress = (view: View, name: string): Address => view.at(`config/${name}`);

const unpack = (name: string, entry: Entry): Config => ({ ...StoredConfig.parse(entry.body), name, n: entry.n });

export const readConfig = async (view: View, name: string): Promise<Config | undefined> => {
  const entry = await view.get(configAddress(view, name));
  return entry && unpack(name, entry);
};

const unknownConnection = (name: string): VaultError =>
  broken(`failed to find entry for connection with name: "${cut(name)}"`);

/** Throws `invalid_request` with Vault's text where there is none. */
export const configIn = (name: string, entry: Entry | undefined): Config => {
  if (!entry) throw unknownConnection(name);
  return unpack(name, entry);
};

/** The same, read. */
export const findConfig = async (view: View, name: string): Promise<Config> =>
  configIn(name, await view.get(configAddress(view, name)));

/** Replaces a configuration unless somebody did so since it was read; then answers `false`. */
export const replaceConfig = (view: View, config: Config, changes: Partial<StoredConfig>): Promise<boolean> => {
  const { name, n, ...stored } = config;
  const body: StoredConfig = { ...stored, ...changes };
  return tryWrite(view, [{ op: "put", address: configAddress(view, name), body, when: { n } }]);
};

/** The failure when racing writers never let a change through. */
export const busy: Busy = { wire: "too many concurrent changes of the configuration" };

/** As `replaceConfig`, again until it holds. `make` may be called more than once. */
export const changeConfig = async (
  view: View,
  name: string,
  make: (config: Config) => Partial<StoredConfig>,
): Promise<Config> => {
  await change<void>(
    view,
    configAddress(view, name),
    (entry) => {
      if (!entry) throw unknownConnection(name);
      const stored = StoredConfig.parse(entry.body);
      return { op: "put", body: { ...stored, ...make({ ...stored, name, n: entry.n }) }, result: undefined };
    },
    { busy },
  );
  return findConfig(view, name);
};

const SEMVER = /^v?\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

const merged = (old: StoredConfig | undefined, input: ConfigInput): StoredConfig => {
  const extra = Object.entries(input).flatMap(([name, value]): [string, JsonValue][] =>
    OWN.has(name) || AUTOMATED.includes(name) || value === undefined ? [] : [[name, value]],
  );
  const plugin = input.plugin_name ?? old?.plugin_name ?? "";
  if (plugin === "") throw invalidRequest("empty plugin name");
  const version = input.plugin_version ?? old?.plugin_version ?? "";
  if (version !== "" && !SEMVER.test(version)) {
    throw invalidRequest(`version ${shown(version)} is not a valid semantic version: malformed version`);
  }
  return {
    plugin_name: plugin,
    plugin_version: version,
    allowed_roles: input.allowed_roles ? [...input.allowed_roles] : (old?.allowed_roles ?? []),
    root_rotation_statements: input.root_rotation_statements
      ? [...input.root_rotation_statements]
      : (old?.root_rotation_statements ?? []),
    password_policy: input.password_policy ?? old?.password_policy ?? "",
    details: { ...old?.details, ...Object.fromEntries(extra) },
    candidates: Object.hasOwn(input, "password") ? [] : (old?.candidates ?? []),
  };
};

const hide = (text: string, details: JsonObject): string => {
  const { password } = details;
  return typeof password === "string" && password !== "" ? text.replaceAll(password, "[password]") : text;
};

/** Holds the settings to what the connector takes and, unless told not to, logs in with them. */
const verify = async (find: () => Promise<Connector>, stored: StoredConfig, login: boolean): Promise<StoredConfig> => {
  const refuse = (text: string, cause: unknown) =>
    invalidRequest(`error creating database object: ${hide(text, stored.details)}`, {
      ...reasonOf(cause, "error creating database object: "),
      cause,
    });
  let verifying = "";
  try {
    const connector = await find();
    verifying = connector.verifying;
    connector.settings(stored.details);
    if (!login) return stored;
    const password = await workingPassword(connector, stored.details, stored.candidates);
    return password === undefined ? stored : { ...stored, details: { ...stored.details, password } };
  } catch (cause) {
    if (cause instanceof DatabaseFailure) throw refuse(`${verifying}${cause.message}`, cause);
    if (cause instanceof SettingsError) throw refuse(cause.message, cause);
    throw cause;
  }
};

const LITERAL =
  "Password found in connection_url, use a templated url to enable root rotation and prevent read access to password information.";

const warningsFor = ({ literalPassword: literal, warnings }: Settings, input: ConfigInput): readonly string[] => {
  const sent = Object.keys(input);
  const automated = AUTOMATED.filter((name) => sent.includes(name));
  const ignored = sent.filter((name) => !OWN.has(name) && !AUTOMATED.includes(name)).sort();
  return [
    ...(literal ? [LITERAL] : []),
    ...(literal && ignored.length > 0
      ? [`Endpoint ignored these unrecognized parameters: [${ignored.join(" ")}]`]
      : []),
    ...warnings,
    ...(automated.length > 0 ? [`Automated rotation is not supported; ignored: ${automated.join(", ")}`] : []),
  ];
};

/** Writes or changes a connection; answers warnings. Throws `invalid_request` with Vault's texts. */
export const writeConfig = async (
  find: FindConnector,
  name: string,
  input: ConfigInput,
  cx: BackendContext,
): Promise<readonly string[]> => {
  const view = cx.storage;
  const make = (before: StoredConfig | undefined): Promise<StoredConfig> => {
    const next = merged(before, input);
    return verify(() => find(next.plugin_name), next, input.verify_connection ?? true);
  };
  const body = await changeBody(view, configAddress(view, name), StoredConfig, make, { busy });
  const connector = await find(body.plugin_name);
  return warningsFor(connector.settings(body.details), input);
};

/** What a read shows. */
export const ConfigShown = z.object({
  plugin_name: z.string(),
  plugin_version: z.string(),
  allowed_roles: texts,
  /** The plugin's own settings, without the password. */
  connection_details: AnyObject,
  root_credentials_rotate_statements: texts,
  password_policy: z.string(),
});

export const showConfig = (connector: Connector, config: Config) => ({
  plugin_name: config.plugin_name,
  plugin_version: config.plugin_version,
  allowed_roles: config.allowed_roles,
  connection_details: connector.shown(config.details),
  root_credentials_rotate_statements: config.root_rotation_statements,
  password_policy: config.password_policy,
});

/** Whether a pattern with `*` for any text matches the whole name; its cost is the product of their lengths at most. */
const matches = (pattern: string, name: string): boolean => {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return pattern === name;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
};

/** Throws `permission_denied` with Vault's text unless the connection allows the role. */
export const checkAllowed = (config: Config, role: string): void => {
  if (!config.allowed_roles.some((pattern) => matches(pattern, role))) {
    const wire = `${shown(role)} is not an allowed role`;
    throw permissionDenied(wire, wire, true);
  }
};
