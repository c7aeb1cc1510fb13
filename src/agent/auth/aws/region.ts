import { AgentError } from "../../contract.ts";
import { isRegion } from "./identity.ts";
import type { Metadata } from "./metadata.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The region of the profile in use; `undefined`: it has none. */
const ofProfile = async (): Promise<string | undefined> => {
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } = await import(
    "@smithy/core/config"
  );
  const region = await loadConfig(NODE_REGION_CONFIG_OPTIONS, {
    ...NODE_REGION_CONFIG_FILE_OPTIONS,
    ignoreCache: true,
  })().catch(() => undefined);
  return region || undefined;
};

/** `auto`: where this machine runs, by environment, profile and instance metadata. Anything else is the region itself. */
export const findRegion = async (configured: string, env: Env, metadata: Metadata): Promise<string> => {
  if (configured !== "auto") return configured;
  const told = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || (await ofProfile());
  if (told !== undefined) return told;
  const found = (await metadata("/latest/meta-data/placement/region")).trim();
  if (!isRegion(found)) throw new AgentError("the instance metadata service names no region");
  return found;
};
