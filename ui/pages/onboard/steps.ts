import { shellWord } from "../../client/shell-word.ts";
import { listOf, type Names } from "./names.ts";

/**
 * From nothing to a login, as commands to paste: those of `docs/agent/hybrid-nodes.md`, with one's own names. The
 * activation's code is in none of them.
 */

export interface Place {
  /** Of this server: `https://vault.example.com`. */
  readonly address: string;
  /** Where the method is mounted: `aws/`. */
  readonly mount: string;
  /** Region that a login is signed for, which is not the machine's: `us-east-1` is that of `sts.amazonaws.com`. */
  readonly signed: string;
  /** What a login must say of the server it is for; empty: nothing. */
  readonly serverId: string;
}

export interface Steps {
  readonly trust: string;
  readonly enrol: string;
  readonly server: string;
  /** Body of the role. */
  readonly role: Readonly<Record<string, string | readonly string[]>>;
  readonly login: string;
}

/** Partition of a Region, the part of an ARN after `arn:`. */
const partitionOf = (region: string): string => {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
};

const trustOf = ({ account, region, iamRole }: Names, partition: string): string => {
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "ssm.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnEquals: { "aws:SourceArn": `arn:${partition}:ssm:${region}:${account}:*` },
        },
      },
    ],
  };
  const role = shellWord(iamRole);
  return [
    "cat > trust.json <<'EOF'",
    JSON.stringify(policy, undefined, 2),
    "EOF",
    `aws iam create-role --role-name ${role} --assume-role-policy-document file://trust.json`,
    `aws iam attach-role-policy --role-name ${role} \\`,
    `  --policy-arn arn:${partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
  ].join("\n");
};

const enrolOf = ({ region, iamRole, machine, tag }: Names): string => {
  const cut = tag.indexOf("=");
  const tags = tag === "" ? "" : ` --tags ${shellWord(`Key=${tag.slice(0, cut)},Value=${tag.slice(cut + 1)}`)}`;
  return [
    `aws ssm create-activation --region ${region} --iam-role ${shellWord(iamRole)} --registration-limit 1 \\`,
    `  --default-instance-name ${shellWord(machine)}${tags}`,
  ].join("\n");
};

const serverOf = ({ region }: Names): string =>
  [
    "sudo tee /etc/amazon/ssm/amazon-ssm-agent.json > /dev/null <<'EOF'",
    '{ "Profile": { "ShareCreds": true } }',
    "EOF",
    `sudo amazon-ssm-agent -register -id "$ACTIVATION_ID" -code "$ACTIVATION_CODE" -region ${region}`,
    "sudo systemctl restart amazon-ssm-agent",
    "sudo grep -c aws_session_token /root/.aws/credentials",
  ].join("\n");

const loginOf = ({ role }: Names, { address, mount, signed, serverId }: Place): string => {
  const path = mount.replace(/\/$/, "");
  const words = [
    "vault login -method=aws",
    ...(path === "aws" ? [] : [`-path=${shellWord(path)}`]),
    `role=${shellWord(role)}`,
    `region=${signed}`,
    ...(serverId === "" ? [] : [`header_value=${shellWord(serverId)}`]),
  ];
  return `sudo -H env VAULT_ADDR=${shellWord(address)} ${words.join(" ")}`;
};

/** Of names that are `complete`. */
export const stepsFor = (names: Names, place: Place): Steps => {
  const partition = partitionOf(names.region);
  return {
    trust: trustOf(names, partition),
    enrol: enrolOf(names),
    server: serverOf(names),
    role: {
      auth_type: "iam",
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: names.region,
      bound_iam_principal_arn: `arn:${partition}:iam::${names.account}:role/${names.iamRole}`,
      ...(names.tag === "" ? {} : { bound_resource_tag: [names.tag] }),
      ...(names.activation === "" ? {} : { bound_activation_id: names.activation }),
      token_policies: listOf(names.policies),
      token_ttl: "30m",
      token_max_ttl: "12h",
    },
    login: loginOf(names, place),
  };
};
