import { type Body, choice, optionalFlag, optionalText } from "./bodies.ts";
import type { Checked } from "./dynalite.ts";
import { invalid } from "./errors.ts";

/** The parts of CreateTable and UpdateTable dynalite does not know: streams and encryption at rest. */

const VIEWS = ["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"] as const;

/**
 * What DescribeTable says about a stream. The label is the moment it was switched on; each switching on makes a new
 * ARN.
 */
export const describedStream = (specification: Body | undefined, tableArn: string, now: number): Checked => {
  if (specification === undefined) return {};
  const view = optionalText(specification, "StreamViewType");
  if (optionalFlag(specification, "StreamEnabled") !== true) {
    if (view !== undefined)
      throw invalid(
        "One or more parameter values were invalid: StreamViewType can be specified only when stream is enabled",
      );
    return {};
  }
  if (view === undefined)
    throw invalid("One or more parameter values were invalid: StreamViewType must be specified when stream is enabled");
  const label = new Date(now).toISOString().replace("Z", "");
  return {
    StreamSpecification: {
      StreamEnabled: true,
      StreamViewType: choice(specification, "StreamViewType", VIEWS, "KEYS_ONLY"),
    },
    LatestStreamLabel: label,
    LatestStreamArn: `${tableArn}/stream/${label}`,
  };
};

/** What DescribeTable says about a customer's or AWS's KMS key; nothing for the default, an AWS owned key. */
export const describedEncryption = (
  specification: Body | undefined,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): Checked => {
  if (specification === undefined) return {};
  if (optionalFlag(specification, "Enabled") !== true) return { SSEDescription: undefined };
  const key = optionalText(specification, "KMSMasterKeyId") ?? "alias/aws/dynamodb";
  const arn = key.startsWith("arn:")
    ? key
    : `arn:aws:kms:${region}:${accountId}:${key.startsWith("alias/") ? key : `key/${key}`}`;
  return { SSEDescription: { Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: arn } };
};
