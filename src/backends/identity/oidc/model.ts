import { z } from "zod";
import { GENERIC_NAME } from "../../../framework/index.ts";
import type { Address, Entry, View } from "../../../storage/store.ts";

/** What the table holds of OpenID Connect, and where. Pure. */

export const KINDS = ["key", "role", "scope", "assignment", "client", "provider"] as const;
export type Kind = (typeof KINDS)[number];

/** Names that exist from the start. */
export const DEFAULT_NAME = "default";
export const ALLOW_ALL = "allow_all";
/** The scope that makes an OAuth request one of OpenID Connect: it has no template. */
export const OPENID = "openid";
/** The namespace that tokens name: the only one. */
export const NAMESPACE = "root";

const PREFIX = "oidc";

export const recordAt = (view: View, kind: Kind, name: string): Address => view.at(`${PREFIX}/${kind}/${name}`);
export const prefixOf = (kind: Kind): string => `${PREFIX}/${kind}/`;
export const configAt = (view: View): Address => view.at(`${PREFIX}/config`);
/** Written with every change of a key, a role, a client or the like: its write number tells one state from another. */
export const markAt = (view: View): Address => view.at(`${PREFIX}/mark`);
export const clientIdAt = (view: View, id: string): Address => view.at(`${PREFIX}/client-id/${id}`);
/** A code is a secret: its place is found by a keyed hash, and it is stored nowhere. */
export const codeAt = (view: View, code: string): Address => view.at(`${PREFIX}/code/${view.tag(code)}`);

const texts = z.array(z.string());

export const Config = z.object({ issuer: z.string() });

export const Mark = z.object({
  /** When the schedule has something to do next, epoch milliseconds; 0: nothing. */
  due: z.number(),
});

export const Role = z.object({ key: z.string(), template: z.string(), ttl: z.number(), client_id: z.string() });
export type Role = z.output<typeof Role>;

export const Scope = z.object({ template: z.string(), description: z.string() });
export type Scope = z.output<typeof Scope>;

export const Assignment = z.object({ entity_ids: texts, group_ids: texts });
export type Assignment = z.output<typeof Assignment>;

export const Client = z.object({
  client_id: z.string(),
  /** Empty for a public client. */
  client_secret: z.string(),
  client_type: z.enum(["confidential", "public"]),
  key: z.string(),
  redirect_uris: texts,
  assignments: texts,
  id_token_ttl: z.number(),
  access_token_ttl: z.number(),
});
export type Client = z.output<typeof Client>;

export const Provider = z.object({ issuer: z.string(), allowed_client_ids: texts, scopes_supported: texts });
export type Provider = z.output<typeof Provider>;

export const DEFAULT_PROVIDER: Provider = { issuer: "", allowed_client_ids: ["*"], scopes_supported: [] };
export const EVERYBODY: Assignment = { entity_ids: ["*"], group_ids: ["*"] };

/** Whether a list of client ids, a key's or a provider's, names a client. */
export const allows = (allowed: readonly string[], clientId: string): boolean =>
  allowed.includes("*") || allowed.includes(clientId);

/** A list as it is kept: each item once, in order, without empty ones. */
export const distinct = (items: readonly string[]): string[] =>
  [...new Set(items)].filter((item) => item !== "").sort();

/** Whether a text in a body can name a record: whether a path could capture it. */
const isName = (text: string): boolean => text.length <= MAX_NAME && GENERIC_NAME.test(text);
const MAX_NAME = 256;

const bodyOf = <T>(schema: z.ZodType<T>, entry: Entry | undefined): T | undefined => entry && schema.parse(entry.body);

export const readConfig = async (view: View) => bodyOf(Config, await view.get(configAt(view)));

export const readRole = async (view: View, name: string) => bodyOf(Role, await view.get(recordAt(view, "role", name)));

/** The entry of a record that a body names. */
export const namedEntry = async (view: View, kind: Kind, name: string): Promise<Entry | undefined> =>
  isName(name) ? view.get(recordAt(view, kind, name)) : undefined;

/** The records that a body names; those that do not exist are left out. */
const readNamed = async <T>(
  view: View,
  kind: Kind,
  schema: z.ZodType<T>,
  given: readonly string[],
): Promise<Map<string, T>> => {
  const names = given.filter(isName);
  const entries = await view.getMany(names.map((name) => recordAt(view, kind, name)));
  return new Map(
    names.flatMap((name, index) => {
      const record = bodyOf(schema, entries[index]);
      return record ? [[name, record] as const] : [];
    }),
  );
};

export const readScopes = (view: View, names: readonly string[]): Promise<ReadonlyMap<string, Scope>> =>
  readNamed(view, "scope", Scope, names);

export const readAssignments = async (
  view: View,
  names: readonly string[],
): Promise<ReadonlyMap<string, Assignment>> => {
  const found = await readNamed(view, "assignment", Assignment, names);
  return names.includes(ALLOW_ALL) ? found.set(ALLOW_ALL, EVERYBODY) : found;
};

export const readClient = async (view: View, name: string) =>
  bodyOf(Client, await view.get(recordAt(view, "client", name)));

const ClientName = z.object({ name: z.string() });
/** As they are made. */
const CLIENT_ID = /^[A-Za-z0-9]{32}$/;

export const readClientById = async (view: View, id: string): Promise<Client | undefined> => {
  if (!CLIENT_ID.test(id)) return undefined;
  const found = bodyOf(ClientName, await view.get(clientIdAt(view, id)));
  const client = found && (await readClient(view, found.name));
  // The name may have gone to another client since the row was read.
  return client?.client_id === id ? client : undefined;
};

export const readProvider = async (view: View, name: string): Promise<Provider | undefined> =>
  bodyOf(Provider, await view.get(recordAt(view, "provider", name))) ??
  (name === DEFAULT_NAME ? DEFAULT_PROVIDER : undefined);
