import { isRegion } from "../../../std/aws-region.ts";
import { AgentError } from "../../contract.ts";
import type { Metadata } from "./metadata.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What the SDK takes for its region: the environment's, or the profile's; `undefined`: neither names one. */
const ofSdk = async (): Promise<string | undefined> => {
  const { STSClient } = await import("@aws-sdk/client-sts");
  return new STSClient({}).config.region().catch(() => undefined);
};

/** `auto`: where this machine runs, by environment, profile and instance metadata. Anything else is the region itself. */
export const findRegion = async (configured: string, env: Env, metadata: Metadata): Promise<string> => {
  if (configured !== "auto") return configured;
  const told = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || (await ofSdk());
  if (told !== undefined) return told;
  const found = (await metadata("/latest/meta-data/placement/region")).trim();
  if (!isRegion(found)) throw new AgentError("the instance metadata service names no region");
  return found;
};
