import { defined } from "../../std/defined.ts";
import { shown } from "../../std/shown.ts";
import { AgentError } from "../contract.ts";
import type { ListenerConfig } from "./model.ts";
import { type Labelled, labelled, type Members, typeOf } from "./values.ts";
import { within } from "./within.ts";

/** `listener "tcp" { }` and `listener "unix" { }`: where the agent answers. */

const FIELDS = [
  "type",
  "address",
  "role",
  "require_request_header",
  "tls_disable",
  "tls_cert_file",
  "tls_key_file",
  "tls_min_version",
  "tls_max_version",
  "tls_client_ca_file",
  "tls_require_and_verify_client_cert",
  "socket_mode",
  "socket_user",
  "socket_group",
  "agent_api",
];

const DEFAULT_ADDRESS = "127.0.0.1:8200";

const flagOf = (members: Members, key: string): boolean =>
  within(`invalid value for ${key}`, () => members.flag(key) ?? false);

const isType = (text: string): text is "tcp" | "unix" => text === "tcp" || text === "unix";

const listenerType = (block: Labelled): "tcp" | "unix" => {
  const type = typeOf(block, "listener").toLowerCase();
  if (!isType(type)) throw new AgentError(`unsupported listener type ${shown(type)}`);
  return type;
};

const roleOf = (members: Members): ListenerConfig["role"] => {
  const role = members.name("role") ?? "default";
  if (role !== "default" && role !== "metrics_only") throw new AgentError(`unsupported listener role ${shown(role)}`);
  return role;
};

/** Octal, however it is written: `"0660"`, `660` in JSON's text, `0660` in HCL. */
const modeOf = (members: Members): number | undefined => {
  const text = members.name("socket_mode");
  if (text === undefined) return undefined;
  if (!/^[0-7]{1,4}$/.test(text) || Number.parseInt(text, 8) > 0o777) {
    throw new AgentError(`socket_mode must be an octal mode up to 0777, not ${shown(text)}`);
  }
  return Number.parseInt(text, 8);
};

type Tls = NonNullable<ListenerConfig["tls"]>;

type Version = NonNullable<Tls["minVersion"]>;

const VERSIONS = new Map<string, Version>([
  // Clients that speak no more than these have been unsafe for years: nothing below 1.2 is spoken.
  ["tls10", "TLSv1.2"],
  ["tls11", "TLSv1.2"],
  ["tls12", "TLSv1.2"],
  ["tls13", "TLSv1.3"],
]);

const versionOf = (members: Members, key: string): Version | undefined => {
  const text = members.name(key);
  if (text === undefined) return undefined;
  const version = VERSIONS.get(text);
  if (version !== undefined) return version;
  throw new AgentError(`'${key}' value ${shown(text)} not supported, please specify one of [tls10,tls11,tls12,tls13]`);
};

/** Absent where the listener does not say. */
const versionsOf = (members: Members): Pick<Tls, "minVersion" | "maxVersion"> => {
  const minVersion = versionOf(members, "tls_min_version");
  const maxVersion = versionOf(members, "tls_max_version");
  if (minVersion === "TLSv1.3" && maxVersion === "TLSv1.2") {
    throw new AgentError("'tls_max_version' must be greater than or equal to 'tls_min_version'");
  }
  return defined({ minVersion, maxVersion });
};

/** Which clients may connect: all, unless a certificate is asked for. */
const clientsOf = (members: Members): Tls["clients"] => {
  const caFile = members.name("tls_client_ca_file");
  const required = flagOf(members, "tls_require_and_verify_client_cert");
  if (!required) return undefined;
  if (flagOf(members, "tls_disable_client_certs")) {
    throw new AgentError("'tls_disable_client_certs' and 'tls_require_and_verify_client_cert' are mutually exclusive");
  }
  if (caFile === undefined) {
    throw new AgentError(
      "'tls_require_and_verify_client_cert' needs 'tls_client_ca_file': whose certificates are good",
    );
  }
  return { caFile };
};

const tlsOf = (members: Members, type: "tcp" | "unix"): ListenerConfig["tls"] => {
  const certFile = members.name("tls_cert_file");
  const keyFile = members.name("tls_key_file");
  const clients = clientsOf(members);
  const versions = versionsOf(members);
  if (flagOf(members, "tls_disable")) {
    if (clients === undefined) return undefined;
    throw new AgentError("'tls_require_and_verify_client_cert' needs TLS, which tls_disable turns off");
  }
  if (certFile === undefined && keyFile === undefined && type === "unix") return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? "tls_cert_file" : "tls_key_file";
    throw new AgentError(`'${missing}' is not specified; set tls_disable = true for a listener without TLS`);
  }
  return { certFile, keyFile, ...versions, ...defined({ clients }) };
};

const listenerOf = (block: Labelled): ListenerConfig => {
  const { members } = block;
  const type = listenerType(block);
  const role = roleOf(members);
  const tls = tlsOf(members, type);
  const address = members.name("address");
  if (type === "unix" && address === undefined) throw new AgentError("'address' must be the path of the socket");
  const [mode, user, group] = [modeOf(members), members.name("socket_user"), members.name("socket_group")];
  return {
    type,
    address: address ?? DEFAULT_ADDRESS,
    ...defined({ tls }),
    requireRequestHeader: flagOf(members, "require_request_header"),
    role,
    enableQuit: members.block("agent_api")?.flag("enable_quit") ?? false,
    socket: defined({ mode, user, group }),
  };
};

export const listenersOf = (file: Members): readonly ListenerConfig[] =>
  labelled(file, "listener", FIELDS).map((block, at) => within(`listeners.${at}`, () => listenerOf(block)));
