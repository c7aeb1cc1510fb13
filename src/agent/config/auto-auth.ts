import { defined } from "../../std/defined.ts";
import { trimSlashes } from "../../std/slashes.ts";
import { AgentError } from "../contract.ts";
import type { AutoAuthConfig, MethodConfig, SinkConfig } from "./model.ts";
import { type Labelled, labelled, type Members, typeOf } from "./values.ts";
import { within } from "./within.ts";

/** `auto_auth { method "TYPE" { } sink "TYPE" { } }`. What `config { }` holds belongs to the method or the sink. */

const METHOD_FIELDS = [
  "type",
  "mount_path",
  "wrap_ttl",
  "min_backoff",
  "max_backoff",
  "namespace",
  "exit_on_err",
  "config",
];
const SINK_FIELDS = ["type", "wrap_ttl", "dh_type", "dh_path", "derive_key", "aad", "aad_env_var", "config"];

const SECOND = 1000;
const MIN_BACKOFF = SECOND;
const MAX_BACKOFF = 300 * SECOND;

/** `team` and `/team/` become `team/`, as they are sent. */
export const namespaceOf = (text: string | undefined): string | undefined => {
  const name = trimSlashes(text ?? "");
  return name ? `${name}/` : undefined;
};

/** Whole seconds of a wrapping; more than nothing is at least one second. */
const wrapSeconds = (members: Members): number => Math.ceil((members.duration("wrap_ttl") ?? 0) / SECOND);

const methodOf = (autoAuth: Members): MethodConfig => {
  const found = labelled(autoAuth, "method", METHOD_FIELDS);
  const [block] = found;
  if (block === undefined || found.length > 1) throw new AgentError('one and only one "method" block is required');
  const { members } = block;
  const type = typeOf(block, "method");
  const config = members.raw("config");
  const min = members.duration("min_backoff") || undefined;
  const max = members.duration("max_backoff") || undefined;
  return {
    type,
    mountPath: trimSlashes(members.name("mount_path") ?? `auth/${type}`),
    config: config ?? new Map(),
    hasConfig: config !== undefined,
    wrapTtl: wrapSeconds(members),
    minBackoff: min ?? MIN_BACKOFF,
    maxBackoff: max ?? MAX_BACKOFF,
    writtenBackoff: defined({ min, max }),
    exitOnError: members.flag("exit_on_err") ?? false,
    ...defined({ namespace: namespaceOf(members.name("namespace")) }),
  };
};

const refuseSink = (type: string, why: string): AgentError => new AgentError(`sink.${type} ${why}`);

const encryptionOf = (members: Members, type: string): SinkConfig["encryption"] => {
  const kind = members.name("dh_type");
  const publicKeyFile = members.name("dh_path");
  const deriveKey = members.flag("derive_key") ?? false;
  const aad = members.name("aad");
  const aadVariable = members.name("aad_env_var");
  if (kind !== undefined && kind !== "curve25519") throw refuseSink(type, "invalid value for 'dh_type'");
  if (kind === undefined && publicKeyFile === undefined) {
    if (aad !== undefined || aadVariable !== undefined) {
      throw refuseSink(type, "specifying AAD data without 'dh_type' does not make sense");
    }
    if (deriveKey) throw refuseSink(type, "specifying 'derive_key' data without 'dh_type' does not make sense");
    return undefined;
  }
  if (kind === undefined || publicKeyFile === undefined) {
    throw refuseSink(type, "'dh_type' and 'dh_path' must be specified together");
  }
  return { publicKeyFile, deriveKey, ...defined({ aad, aadVariable }) };
};

const sinkOf = (block: Labelled): SinkConfig => {
  const type = typeOf(block, "sink");
  return {
    type,
    wrapTtl: wrapSeconds(block.members),
    config: block.members.raw("config") ?? new Map(),
    ...defined({ encryption: encryptionOf(block.members, type) }),
  };
};

/** `sink` blocks, and the `sinks` of JSON: a list of `{"sink": {...}}`. */
const sinksOf = (autoAuth: Members): SinkConfig[] => {
  const direct = labelled(autoAuth, "sink", SINK_FIELDS);
  const listed = labelled(autoAuth, "sinks", [...SINK_FIELDS, "sink"]).flatMap((block) => {
    const inner = labelled(block.members, "sink", SINK_FIELDS);
    return inner.length > 0 ? inner : [block];
  });
  return [...direct, ...listed].map(sinkOf);
};

export const autoAuthOf = (autoAuth: Members): AutoAuthConfig => {
  const reauthOnNewCredentials = autoAuth.flag("enable_reauth_on_new_credentials") ?? false;
  const method = within("error parsing 'method'", () => methodOf(autoAuth));
  const sinks = within("error parsing 'sink' stanzas", () => sinksOf(autoAuth));
  if (method.wrapTtl > 0) {
    const [sink] = sinks;
    if (sink === undefined || sinks.length > 1) {
      throw new AgentError("error parsing auto_auth: wrapping enabled on auth method and 0 or many sinks defined");
    }
    if (sink.wrapTtl > 0) {
      throw new AgentError("error parsing auto_auth: wrapping enabled both on auth method and sink");
    }
  }
  return { method, sinks, reauthOnNewCredentials };
};
