import { shown } from "../../std/shown.ts";
import { AgentError } from "../contract.ts";
import type { ListenerConfig } from "./model.ts";
import { type Labelled, labelled, type Members } from "./values.ts";

/** `listener "tcp" { }` and `listener "unix" { }`: where the agent answers. */

const FIELDS = [
  "type",
  "address",
  "role",
  "require_request_header",
  "tls_disable",
  "tls_cert_file",
  "tls_key_file",
  "socket_mode",
  "socket_user",
  "socket_group",
  "agent_api",
];

const DEFAULT_ADDRESS = "127.0.0.1:8200";

const flagOf = (members: Members, key: string): boolean => {
  try {
    return members.flag(key) ?? false;
  } catch (error) {
    throw error instanceof AgentError ? new AgentError(`invalid value for ${key}: ${error.message}`) : error;
  }
};

const isType = (text: string | undefined): text is "tcp" | "unix" => text === "tcp" || text === "unix";

const typeOf = ({ labels, members }: Labelled): "tcp" | "unix" => {
  const type = (members.name("type") ?? (labels.length === 1 ? labels[0] : undefined))?.toLowerCase();
  if (!type) throw new AgentError("listener type must be specified");
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

const tlsOf = (members: Members, type: "tcp" | "unix"): ListenerConfig["tls"] => {
  const certFile = members.name("tls_cert_file");
  const keyFile = members.name("tls_key_file");
  if (flagOf(members, "tls_disable")) return undefined;
  if (certFile === undefined && keyFile === undefined && type === "unix") return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? "tls_cert_file" : "tls_key_file";
    throw new AgentError(`'${missing}' is not specified; set tls_disable = true for a listener without TLS`);
  }
  return { certFile, keyFile };
};

const listenerOf = (block: Labelled): ListenerConfig => {
  const { members } = block;
  const type = typeOf(block);
  const role = roleOf(members);
  const tls = tlsOf(members, type);
  const address = members.name("address");
  if (type === "unix" && address === undefined) throw new AgentError("'address' must be the path of the socket");
  const [mode, user, group] = [modeOf(members), members.name("socket_user"), members.name("socket_group")];
  return {
    type,
    address: address ?? DEFAULT_ADDRESS,
    ...(tls === undefined ? {} : { tls }),
    requireRequestHeader: flagOf(members, "require_request_header"),
    role,
    enableQuit: members.block("agent_api")?.flag("enable_quit") ?? false,
    socket: {
      ...(mode === undefined ? {} : { mode }),
      ...(user === undefined ? {} : { user }),
      ...(group === undefined ? {} : { group }),
    },
  };
};

export const listenersOf = (file: Members): readonly ListenerConfig[] =>
  labelled(file, "listener", FIELDS).map((block, at) => {
    try {
      return listenerOf(block);
    } catch (error) {
      throw error instanceof AgentError ? new AgentError(`listeners.${at}: ${error.message}`) : error;
    }
  });
