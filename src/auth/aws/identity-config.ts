import { z } from "zod";
import { field, invalidRequest } from "../../framework/index.ts";
import { shown, shownList } from "../../std/shown.ts";
import { changeBody } from "../../storage/change.ts";
import type { View } from "../../storage/store.ts";
import { readStored } from "./stored.ts";

/** `config/identity`: what a login is known by to identity, and which of its facts become metadata. */

export const identityConfigShape = {
  iam_alias: field.text("Alias of IAM logins: `role_id`, `unique_id`, `full_arn`, `canonical_arn`, `ssm_instance_id`."),
  iam_metadata: field.commaList("Metadata of IAM logins; `default` for the default list."),
  ec2_alias: field.text("Alias of EC2 logins: `role_id`, `instance_id` or `image_id`."),
  ec2_metadata: field.commaList("Metadata of EC2 logins; `default` for the default list."),
};
const identityInput = z.object(identityConfigShape);
export type IdentityConfigInput = z.output<typeof identityInput>;

const IAM_ALIASES = ["role_id", "unique_id", "full_arn", "canonical_arn", "ssm_instance_id"] as const;
const EC2_ALIASES = ["role_id", "instance_id", "image_id"] as const;
const IAM_METADATA = [
  "account_id",
  "auth_type",
  "canonical_arn",
  "client_arn",
  "client_user_id",
  "inferred_aws_region",
  "inferred_entity_id",
  "inferred_entity_type",
  "ssm_activation_id",
  "ssm_instance_id",
  "ssm_name",
] as const;
const EC2_METADATA = ["account_id", "ami_id", "auth_type", "instance_id", "region"] as const;
export type IamMetadata = (typeof IAM_METADATA)[number];

export const IdentityConfig = z.object({
  iam_alias: z.enum(IAM_ALIASES),
  iam_metadata: z.array(z.enum(IAM_METADATA)),
  ec2_alias: z.enum(EC2_ALIASES),
  ec2_metadata: z.array(z.enum(EC2_METADATA)),
});
export type IdentityConfig = z.output<typeof IdentityConfig>;

const DEFAULTS: IdentityConfig = {
  iam_alias: "role_id",
  iam_metadata: ["account_id", "auth_type"],
  ec2_alias: "role_id",
  ec2_metadata: ["account_id", "auth_type"],
};

export const identityConfigAddress = (storage: View) => storage.at("config/identity");

export const identityConfig = async (storage: View): Promise<IdentityConfig> =>
  (await readStored(storage, identityConfigAddress(storage), IdentityConfig)) ?? DEFAULTS;

const oneOf = <T extends string>(name: string, allowed: readonly T[], choice: string, given: string): T => {
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw invalidRequest(`${name} of ${shown(given)} not in set of allowed values: [${choice}]`);
  return found;
};

const selection = <T extends string>(allowed: readonly T[], normal: readonly T[], given: readonly string[]): T[] => {
  const names = given.filter((name) => name !== "");
  if (names.length === 1 && names[0] === "default") return [...normal];
  if (names.includes("default")) {
    throw invalidRequest(
      `${shownList(names, shown)} contains default - default can't be used in combination with other fields`,
    );
  }
  return [...new Set(names)].map((name) => {
    const found = allowed.find((value) => value === name);
    if (found !== undefined) return found;
    const choice = JSON.stringify(allowed.join(", "));
    throw invalidRequest(`${shown(name)} contains an unavailable field, please select from ${choice}`);
  });
};

/** Changes what the write names. Throws `invalid_request`. */
export const writeIdentityConfig = async (storage: View, input: IdentityConfigInput): Promise<void> => {
  await changeBody(storage, identityConfigAddress(storage), IdentityConfig, (previous = DEFAULTS) => {
    const { iam_alias, iam_metadata, ec2_alias, ec2_metadata } = input;
    return {
      // the text of the refusal is the one clients know, though further values are taken
      iam_alias:
        iam_alias === undefined
          ? previous.iam_alias
          : oneOf("iam_alias", IAM_ALIASES, "role_id unique_id full_arn canonical_arn", iam_alias),
      iam_metadata: iam_metadata ? selection(IAM_METADATA, DEFAULTS.iam_metadata, iam_metadata) : previous.iam_metadata,
      ec2_alias:
        ec2_alias === undefined
          ? previous.ec2_alias
          : oneOf("ec2_alias", EC2_ALIASES, EC2_ALIASES.join(" "), ec2_alias),
      ec2_metadata: ec2_metadata ? selection(EC2_METADATA, DEFAULTS.ec2_metadata, ec2_metadata) : previous.ec2_metadata,
    };
  });
};
