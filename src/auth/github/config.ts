import { z } from "zod";
import { type BackendContext, field, invalidRequest, VaultError } from "../../framework/index.ts";
import {
  emptyTokenFields,
  legacyTokenShape,
  mergeTokenFields,
  readTokenFields,
  shownTokenShape,
  storedTokenShape,
  tokenShape,
} from "../../framework/token-params.ts";
import { AddressRefused, baseFault, judgeHost, refusedHost } from "../../outgoing/index.ts";
import { restateLater } from "../../std/restate.ts";
import { shown } from "../../std/shown.ts";
import { changeBody } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";
import { askGithub } from "./api.ts";
import type { Parts } from "./parts.ts";

/**
 * `config`: the organization whose members may log in, and what their tokens are like. The organization is known by its
 * number: names can be given up and taken by others.
 */

const { ttl, max_ttl } = legacyTokenShape;

export const configShape = {
  organization: field.text("The organization that callers must be members of."),
  organization_id: field.integer("Its number on GitHub; asked for where it is not given."),
  base_url: field.text("API of a GitHub Enterprise, https://HOST/api/v3/; empty: that of github.com."),
  ...tokenShape,
  ttl,
  max_ttl,
};
const configInput = z.object(configShape);
export type ConfigInput = z.output<typeof configInput>;

const storedConfig = z.object({
  organization: z.string(),
  /** 0: not known yet; the first login sets it. */
  organization_id: z.number(),
  /** Empty, or ends in `/`. */
  base_url: z.string(),
  ...storedTokenShape,
});
export type Config = z.output<typeof storedConfig>;

export const ConfigShown = z.object({
  organization: z.string(),
  organization_id: z.number(),
  base_url: z.string(),
  ...shownTokenShape,
});

const GITHUB = "https://api.github.com/";

export const baseOf = ({ base_url }: Pick<Config, "base_url">): URL => new URL(base_url || GITHUB);

export const configAddress = (storage: View): Address => storage.at("config");

export const findConfig = async (storage: View): Promise<Config | undefined> => {
  const entry = await storage.get(configAddress(storage));
  return entry && storedConfig.parse(entry.body);
};

export const showConfig = (config: Config): z.output<typeof ConfigShown> => ({
  organization: config.organization,
  organization_id: config.organization_id,
  base_url: config.base_url,
  ...readTokenFields(config),
});

const NAME = /^\w[\w-]{0,99}$/;

/** A base URL as it is stored. Throws `invalid_request`. */
const checkedUrl = (given: string, { plainHttp }: Parts): string => {
  if (given === "") return "";
  const refuse = (why: string) => invalidRequest(`error parsing given base_url: ${why}`);
  if (!URL.canParse(given)) throw refuse("it is not a URL");
  const url = new URL(given.endsWith("/") ? given : `${given}/`);
  const fault = baseFault(url, plainHttp);
  if (fault !== undefined) throw refuse(fault);
  return url.href;
};

const checkHost = (url: URL, { guard }: Parts): Promise<void> =>
  restateLater(
    AddressRefused,
    (cause) => invalidRequest(`base_url: ${refusedHost(cause)}`, { reason: cause.reason }),
    () => judgeHost(guard, url.hostname),
  );

const merged = (parts: Parts, previous: Config | undefined, input: ConfigInput): Config => {
  const organization = input.organization ?? previous?.organization ?? "";
  if (organization === "") throw invalidRequest("organization is a required parameter");
  if (!NAME.test(organization)) throw invalidRequest("organization is not a name on GitHub");
  const base_url = input.base_url === undefined ? (previous?.base_url ?? "") : checkedUrl(input.base_url, parts);
  // The number of another organization, or of another GitHub, says nothing about this one.
  const same = previous?.organization === organization && previous.base_url === base_url;
  const organization_id = input.organization_id ?? (same ? previous.organization_id : 0);
  if (organization_id < 0) throw invalidRequest("organization_id cannot be negative");
  return { organization, organization_id, base_url, ...mergeTokenFields(previous ?? emptyTokenFields, input) };
};

/** The number of the organization, or 0 where GitHub does not tell it to everybody. */
const lookedUp = async (parts: Parts, config: Config): Promise<number> => {
  try {
    const found = await askGithub({ fetch: parts.fetch, base: baseOf(config) }).organization(config.organization);
    if (found) return found.id;
  } catch (cause) {
    // It may be down, or answer nobody without a token: the first login asks again.
    if (cause instanceof VaultError && cause.code !== "invalid_request") return 0;
    throw cause;
  }
  // An organization of that name could be made by anybody, before the first login.
  throw invalidRequest(`organization_id not found for ${shown(config.organization)}`);
};

/** Changes what the write names and keeps the rest. Answers warnings; throws `invalid_request`. */
export const writeConfig = async (parts: Parts, input: ConfigInput, cx: BackendContext): Promise<readonly string[]> => {
  const wanted = merged(parts, await findConfig(cx.storage), input);
  if (input.base_url) await checkHost(baseOf(wanted), parts);
  const organization_id = wanted.organization_id || (await lookedUp(parts, wanted));
  const written = await changeBody(cx.storage, configAddress(cx.storage), storedConfig, (previous) => {
    const config = merged(parts, previous, input);
    const same = config.organization === wanted.organization && config.base_url === wanted.base_url;
    return { ...config, organization_id: config.organization_id || (same ? organization_id : 0) };
  });
  return written.organization_id === 0
    ? ["organization_id is missing. It is recommended to set the organization_id."]
    : [];
};

/** Keeps the number that the first login found out, unless the configuration has changed meanwhile. */
export const keepOrganization = async (storage: View, seen: Config, organization_id: number): Promise<void> => {
  await changeBody(storage, configAddress(storage), storedConfig, (now) => {
    const config = now ?? seen;
    const same = config.organization === seen.organization && config.base_url === seen.base_url;
    return same && config.organization_id === 0 ? { ...config, organization_id } : config;
  });
};
