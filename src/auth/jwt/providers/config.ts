import { z } from "zod";
import { invalidRequest } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { cut, shown } from "../../../std/shown.ts";

/** `provider_config`: a provider that is asked for what its tokens leave out. Kept and shown as it was written. */

const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]).default(false);
const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,3}$/)
      .transform(Number),
  ])
  .default(0);
const text = z.string().max(16_384).default("");

const PROVIDERS = {
  azure: z.strictObject({ provider: z.literal("azure"), fetch_groups: flag }),
  gsuite: z.strictObject({
    provider: z.literal("gsuite"),
    /** Contents of a service account's key file. */
    gsuite_service_account: text,
    /** The user of the Workspace that the service account acts for. */
    gsuite_admin_impersonate: text,
    fetch_groups: flag,
    fetch_user_info: flag,
    /** How many levels of groups in groups are followed. */
    groups_recurse_max_depth: count.refine((depth) => Number.isInteger(depth) && depth >= 0 && depth <= 10),
    /** Names of custom schemas, separated by commas. */
    user_custom_schemas: text,
    domain: text,
  }),
};
export type Azure = z.output<typeof PROVIDERS.azure>;
export type Gsuite = z.output<typeof PROVIDERS.gsuite>;
export type Provider = Azure | Gsuite;

const refuse = (why: string) => invalidRequest(`invalid provider_config: ${why}`);

const WHERE = "the contents of a service account's key file, as JSON";

/** What an error may say: names of fields, never a value. */
const reasonOf = ({ issues: [issue] }: z.ZodError): string => {
  if (issue?.code === "unrecognized_keys") return `unknown field ${shown(issue.keys[0] ?? "")}`;
  return `${cut(String(issue?.path[0] ?? "field"))} cannot be read`;
};

const serviceAccount = z.object({
  client_email: z.string().min(1),
  private_key: z.string().includes("-----BEGIN PRIVATE KEY-----"),
  token_uri: z.literal("https://oauth2.googleapis.com/token").optional(),
});
export type ServiceAccount = z.output<typeof serviceAccount>;

/** Throws `invalid_request`; no part of the account is repeated. */
export const parseServiceAccount = (json: string): ServiceAccount => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  const account = serviceAccount.safeParse(value);
  if (account.success) return account.data;
  throw refuse(`error initializing "gsuite" provider_config: gsuite_service_account must be ${WHERE}`);
};

/** `undefined` for no provider. Throws `invalid_request`. */
export const parseProvider = (given: JsonObject): Provider | undefined => {
  if (Object.keys(given).length === 0) return undefined;
  const { provider } = given;
  if (typeof provider !== "string") throw refuse("'provider' field not found in provider_config");
  if (provider !== "azure" && provider !== "gsuite")
    throw refuse(`provider ${shown(provider)} not found in custom providers`);
  const schema: z.ZodType<Provider> = PROVIDERS[provider];
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw refuse(`error initializing "${provider}" provider_config: ${reasonOf(parsed.error)}`);
  if (parsed.data.provider === "gsuite") parseServiceAccount(parsed.data.gsuite_service_account);
  return parsed.data;
};

/** As it was written, without secrets. */
export const shownProvider = ({ gsuite_service_account: _, ...shown }: JsonObject): JsonObject => shown;
