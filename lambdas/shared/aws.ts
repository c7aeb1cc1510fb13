import type { AwsAuthParts } from "../../src/auth/aws/backend.ts";
import { systemClock } from "../../src/std/time.ts";

/** How a function asks AWS who somebody is; the code is loaded when it is first asked. */
export const askAws = async (region: string): Promise<AwsAuthParts> => {
  const { awsAdapters } = await import("../../src/auth/aws/adapters/index.ts");
  return { ...awsAdapters({ region, clock: systemClock }), region };
};
