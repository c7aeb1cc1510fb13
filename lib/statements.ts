import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Aws } from "aws-cdk-lib/core";
import { APP, ENCRYPTION_CONTEXT, EXPIRY_INDEX, SPACES } from "../src/contract/table.ts";
import type { Rights } from "./permissions.ts";
import type { Settings } from "./settings.ts";

/** What the statements name: ARNs as the stacks know them, and the identity the encryption context carries. */
export interface Places {
  readonly tableArn: string;
  readonly tableName: string;
  readonly streamArn: string;
  /** The name bound into every wrapped data key; stays when the table is restored under another name. */
  readonly tableIdentity: string;
  readonly keyArn: string;
  readonly failuresArn: string;
  readonly settings: Settings;
}

// Every one of these actions carries a partition key by its very form, so `ForAllValues` never sees an empty set.
// They are the calls `src/storage` makes and no others; a member of a transaction is asked for by its own name.
const READS = ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:Query"];
const WRITES = ["dynamodb:DeleteItem", "dynamodb:PutItem"];
/** Keeps what is there: of the writes, only the claim of a login's signature. */
const CLAIMS = ["dynamodb:UpdateItem"];
const REMOVALS = ["dynamodb:DeleteItem", "dynamodb:Query"];

const onKeys = (sid: string, actions: readonly string[], tableArn: string, keys: readonly string[]): PolicyStatement =>
  new PolicyStatement({
    sid,
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [tableArn],
    conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [...new Set(keys)] } },
  });

const onDomains = (sid: string, actions: readonly string[], places: Places, domains: readonly string[]) => {
  const pair = (key: string) => `kms:EncryptionContext:${key}`;
  return new PolicyStatement({
    sid,
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [places.keyArn],
    conditions: {
      StringEquals: {
        [pair(ENCRYPTION_CONTEXT.app)]: APP,
        [pair(ENCRYPTION_CONTEXT.table)]: places.tableIdentity,
      },
      StringLike: { [pair(ENCRYPTION_CONTEXT.domain)]: [...domains] },
    },
  });
};

const allow = (sid: string, actions: readonly string[], resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });

/** DynamoDB unwraps the key of the table at rest in the caller's name. */
const atRest = (places: Places): PolicyStatement =>
  new PolicyStatement({
    sid: "TableAtRest",
    effect: Effect.ALLOW,
    actions: [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ],
    resources: [places.keyArn],
    conditions: {
      StringEquals: {
        "kms:ViaService": `dynamodb.${Aws.REGION}.amazonaws.com`,
        "kms:EncryptionContext:aws:dynamodb:tableName": places.tableName,
      },
    },
  });

/**
 * `auth/aws` looks up who a caller is. The calls that know no resources (EC2, SSM lists) can only be allowed on all.
 */
const identityReads = ({ settings }: Places): PolicyStatement[] => [
  allow(
    "LookUpPrincipals",
    ["iam:GetInstanceProfile", "iam:GetRole", "iam:GetUser"],
    ["role", "user", "instance-profile"].map((kind) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:${kind}/*`),
  ),
  allow("LookUpMachines", ["ec2:DescribeInstances", "ssm:DescribeInstanceInformation"], ["*"]),
  allow(
    "LookUpNodeTags",
    ["ssm:ListTagsForResource"],
    [`arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:managed-instance/*`],
  ),
  ...(settings.readerRoles ? [allow("LookIntoOtherAccounts", ["sts:AssumeRole"], settings.readerRoles)] : []),
];

/** What the sweeper deletes many of in one call: leases, and their rows by mount and by token. */
const DISCARDED = [SPACES.lease, SPACES.leases, SPACES.token].map((space) => `${space}#*`);

/** Users and groups below the path that the operator chose for the engine `aws`. */
const below = (kind: "user" | "group", path: string): string[] => [
  `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:${kind}${path}*`,
];

/**
 * What mounts of the engine `aws` may do that have no keys of their own: nothing, unless the operator chose. A user gets
 * rights only under the boundary, so whoever runs code in the function gains no more than the boundary allows.
 */
const awsIssues = ({ settings }: Places): PolicyStatement[] => {
  const { issuableRoles, issuedUsersPath: path, issuedUsersBoundary: boundary } = settings;
  const roles = issuableRoles ? [allow("AssumeRoles", ["sts:AssumeRole", "sts:TagSession"], issuableRoles)] : [];
  if (path === undefined || boundary === undefined) return roles;
  return [
    ...roles,
    new PolicyStatement({
      sid: "MakeBoundedUsers",
      effect: Effect.ALLOW,
      actions: ["iam:AttachUserPolicy", "iam:CreateUser", "iam:PutUserPolicy"],
      resources: below("user", path),
      conditions: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    }),
    allow("EquipUsers", ["iam:CreateAccessKey", "iam:TagUser"], below("user", path)),
    allow(
      "UseGroups",
      ["iam:AddUserToGroup", "iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"],
      below("group", path),
    ),
  ];
};

/** Finding and removing those users: all that the function gets which ends leases. */
const awsEnds = ({ settings: { issuedUsersPath: path } }: Places): PolicyStatement[] =>
  path === undefined
    ? []
    : [
        allow(
          "EndUsers",
          [
            "iam:DeleteAccessKey",
            "iam:DeleteLoginProfile",
            "iam:DeleteServiceSpecificCredential",
            "iam:DeleteSigningCertificate",
            "iam:DeleteSSHPublicKey",
            "iam:DeleteUser",
            "iam:DeleteUserPolicy",
            "iam:DetachUserPolicy",
            "iam:GetLoginProfile",
            "iam:ListAccessKeys",
            "iam:ListAttachedUserPolicies",
            "iam:ListGroupsForUser",
            "iam:ListMFADevices",
            "iam:ListServiceSpecificCredentials",
            "iam:ListSigningCertificates",
            "iam:ListSSHPublicKeys",
            "iam:ListUserPolicies",
          ],
          below("user", path),
        ),
        // Of a user that is not there IAM does not know the path, and refuses to say so under a narrower right.
        allow("LookForUsers", ["iam:GetUser"], below("user", "/")),
        allow("LeaveGroups", ["iam:RemoveUserFromGroup"], below("group", path)),
      ];

/** Logging in to databases of RDS and Aurora with a token: as the users the operator names, and as nobody else. */
const databaseLogins = ({ settings }: Places): PolicyStatement[] =>
  settings.databaseUsers ? [allow("LogInToDatabases", ["rds-db:connect"], settings.databaseUsers)] : [];

/** Expiry index. It holds keys only: no body, no condition on keys. */
const expiry = (places: Places): PolicyStatement[] => [
  onKeys("Discard", ["dynamodb:BatchWriteItem"], places.tableArn, DISCARDED),
  allow("ReadExpiryIndex", ["dynamodb:Query", "dynamodb:Scan"], [`${places.tableArn}/index/${EXPIRY_INDEX}`]),
];

/** The table's stream, whose records hold sealed bodies. A function's event source says which of them it gets. */
const stream = (places: Places): PolicyStatement[] => [
  allow(
    "ReadStream",
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
    [places.streamArn],
  ),
  // Knows no resource: Lambda asks for it when it checks the event source.
  allow("ListStreams", ["dynamodb:ListStreams"], ["*"]),
];

/** The bucket for what failed: records of the stream, and orders of the schedule. */
const failures = (places: Places): PolicyStatement[] => [
  allow("KeepFailures", ["s3:PutObject"], [`${places.failuresArn}/*`]),
  allow("SeeFailureBucket", ["s3:ListBucket"], [places.failuresArn]),
  new PolicyStatement({
    sid: "FailuresAtRest",
    effect: Effect.ALLOW,
    actions: ["kms:GenerateDataKey"],
    resources: [places.keyArn],
    conditions: {
      StringEquals: { "kms:ViaService": `s3.${Aws.REGION}.amazonaws.com` },
      StringLike: { "kms:EncryptionContext:aws:s3:arn": [places.failuresArn, `${places.failuresArn}/*`] },
    },
  }),
];

const OUTSIDE = {
  "identity-reads": identityReads,
  "aws-issues": awsIssues,
  "aws-ends": awsEnds,
  "database-logins": databaseLogins,
  expiry,
  stream,
  failures,
} as const;

/** Turns a row of `permissionsFor` into the statements of a role. Log and VPC rights are `zeroth-function.ts`'s own. */
export const statementsFor = (rights: Rights, places: Places): PolicyStatement[] => {
  const wrapped = (domains: readonly string[]) => domains.map((domain) => `${SPACES.key}#${domain}`);
  const readable = wrapped([...rights.domains, ...rights.makesKeys]);
  const claimed = rights.writes.filter((one) => one.startsWith(`${SPACES.spent}#`));
  // Files alone: a row without keys and domains is a role without table and key.
  if (rights.reads.length + rights.writes.length + rights.domains.length === 0) return [];
  return [
    onKeys("Read", READS, places.tableArn, [...rights.reads, ...rights.writes, ...readable]),
    onKeys("Write", WRITES, places.tableArn, rights.writes),
    ...(claimed.length > 0 ? [onKeys("Claim", CLAIMS, places.tableArn, claimed)] : []),
    ...(rights.removes.length > 0 ? [onKeys("Remove", REMOVALS, places.tableArn, rights.removes)] : []),
    onDomains("UseDataKeys", ["kms:Decrypt"], places, rights.domains),
    ...(rights.makesKeys.length === 0
      ? []
      : [
          // Put alone: a wrapped key is added or emptied, and deleted by nobody.
          onKeys("AddWrappedKeys", ["dynamodb:PutItem"], places.tableArn, wrapped(rights.makesKeys)),
          onDomains("AddDataKeys", ["kms:GenerateDataKeyWithoutPlaintext"], places, rights.makesKeys),
        ]),
    atRest(places),
    ...rights.outside.flatMap((kind) => OUTSIDE[kind](places)),
  ];
};
