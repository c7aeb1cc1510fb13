import type { SignerConfig } from "@aws-sdk/rds-signer";
import { NoConnection } from "../../../outgoing/index.ts";
import type { LoginToken } from "../sql/iam.ts";

/**
 * Tokens of RDS and Aurora, in place of a password: a signed request of fifteen minutes, made without any call to AWS.
 * Signed by AWS's own SDK, loaded when first needed, with the process's own credentials unless others are given.
 * Source: Amazon RDS User Guide, "IAM database authentication".
 */
export const rdsToken =
  (credentials?: SignerConfig["credentials"]): LoginToken =>
  async ({ host, port, username, region }) => {
    const { Signer } = await import("@aws-sdk/rds-signer");
    try {
      const signer = new Signer({ hostname: host, port, username, region, ...(credentials && { credentials }) });
      return await signer.getAuthToken();
    } catch (cause) {
      throw new NoConnection("there are no credentials of AWS to sign a login with", { cause });
    }
  };
