import { z } from "zod";
import { field, invalidRequest } from "../../framework/index.ts";
import { changeBody } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";

/** `config`: what holds for all roles of the mount. There is always one: what nobody wrote has its default. */

export const configShape = {
  disable_binding: field.flag("Renew tokens without the certificate they were made with."),
  enable_identity_alias_metadata: field.flag("Keep the metadata of a login at the alias too."),
  enable_metadata_on_failures: field.flag("Tell a refused caller what its certificate says about it."),
  ocsp_cache_size: field.integer("Kept for clients that set it; OCSP is not checked."),
};
const configInput = z.object(configShape);
type ConfigInput = z.output<typeof configInput>;

export const Config = z.object({
  disable_binding: z.boolean(),
  enable_identity_alias_metadata: z.boolean(),
  enable_metadata_on_failures: z.boolean(),
  ocsp_cache_size: z.number(),
});
export type Config = z.output<typeof Config>;

const DEFAULTS: Config = {
  disable_binding: false,
  enable_identity_alias_metadata: false,
  enable_metadata_on_failures: false,
  ocsp_cache_size: 100,
};
const MOST_CACHED = 100_000;

export const configAddress = (storage: View): Address => storage.at("config");

export const readConfig = async (storage: View): Promise<Config> => {
  const entry = await storage.get(configAddress(storage));
  return entry ? Config.parse(entry.body) : DEFAULTS;
};

/** What is not named stays. Throws `invalid_request`. */
export const writeConfig = async (storage: View, input: ConfigInput): Promise<void> => {
  const size = input.ocsp_cache_size;
  if (size !== undefined && (size < 2 || size > MOST_CACHED))
    throw invalidRequest(`invalid cache size, must be >= 2 and <= ${MOST_CACHED}`);
  await changeBody(storage, configAddress(storage), Config, (before = DEFAULTS) => ({
    disable_binding: input.disable_binding ?? before.disable_binding,
    enable_identity_alias_metadata: input.enable_identity_alias_metadata ?? before.enable_identity_alias_metadata,
    enable_metadata_on_failures: input.enable_metadata_on_failures ?? before.enable_metadata_on_failures,
    ocsp_cache_size: size ?? before.ocsp_cache_size,
  }));
};
