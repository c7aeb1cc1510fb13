import { defined } from "../../std/defined.ts";
import { shown } from "../../std/shown.ts";
import { AgentError } from "../contract.ts";
import type { ApiProxyConfig, CacheConfig, UseAutoAuthToken } from "./model.ts";
import { booleanOf, labelled, type Members, typeOf } from "./values.ts";
import { within } from "./within.ts";

/** `cache { }` and `api_proxy { }`: what listeners do with requests. */

/** `undefined`: not written, which is something else than `false` where two blocks may say it. */
const useToken = (members: Members): UseAutoAuthToken | undefined => {
  const value = members.value("use_auto_auth_token");
  if (value?.kind !== "string") return members.flag("use_auto_auth_token");
  const read = booleanOf(value.value);
  if (read !== undefined) return read;
  if (value.value.toLowerCase() === "force") return "force";
  throw new AgentError(
    `value of 'use_auto_auth_token' can be either true/false/force, ${shown(value.value)} is an invalid option`,
  );
};

export interface ApiProxyBlock extends ApiProxyConfig {
  readonly saysUseToken: boolean;
}

export interface CacheBlock extends CacheConfig {
  readonly saysUseToken: boolean;
}

/** Without effect, since answers name no state (`X-Vault-Index`) to wait for. A wrong word is refused all the same. */
const checkConsistency = (members: Members, block: "api_proxy" | "cache"): void => {
  const check = (key: string, word: string | undefined, ...words: readonly string[]): void => {
    if (!word || words.includes(word)) return;
    throw new AgentError(`Unknown ${block} setting for ${key}: ${shown(word)}`);
  };
  check("enforce_consistency", members.text("enforce_consistency"), "always", "never");
  check("when_inconsistent", members.text("when_inconsistent"), "retry", "forward", "fail");
};

export const apiProxyOf = (members: Members): ApiProxyBlock => {
  const use = useToken(members);
  checkConsistency(members, "api_proxy");
  return { useAutoAuthToken: use ?? false, saysUseToken: use !== undefined };
};

const PERSIST_FIELDS = ["type", "path", "keep_after_import", "exit_on_err", "service_account_token_file"];
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token";

const persistOf = (members: Members): CacheConfig["persist"] => {
  const [block, second] = labelled(members, "persist", PERSIST_FIELDS);
  if (block === undefined) return undefined;
  if (second !== undefined) throw new AgentError('error parsing persist: only one "persist" block is required');
  const persist = block.members;
  const type = within("error parsing persist", () => typeOf(block, "persist"));
  if (type !== "kubernetes")
    throw new AgentError(`error parsing persist: persistent key protection type ${shown(type)} not supported`);
  const path = persist.name("path");
  if (path === undefined) throw new AgentError("error parsing persist: must specify persistent cache path");
  return {
    type,
    path,
    keepAfterImport: persist.flag("keep_after_import") ?? false,
    exitOnError: persist.flag("exit_on_err") ?? true,
    serviceAccountTokenFile: persist.name("service_account_token_file") ?? SERVICE_ACCOUNT,
  };
};

export const cacheOf = (members: Members): CacheBlock => {
  const use = useToken(members);
  checkConsistency(members, "cache");
  return {
    useAutoAuthToken: use ?? false,
    saysUseToken: use !== undefined,
    staticSecrets: members.flag("cache_static_secrets") ?? false,
    ...defined({
      staticSecretMaxAge: members.duration("static_secret_max_age"),
      staticSecretStaleFor: members.duration("static_secret_stale_while_down"),
      persist: persistOf(members),
    }),
  };
};
