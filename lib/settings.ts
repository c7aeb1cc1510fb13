import { z } from "zod";
import { MOST_READ_CACHE_MS } from "../src/contract/environment.ts";

/**
 * What a deployment may choose, read from CDK context keys that begin with `zeroth:` (`cdk deploy -c zeroth:name=prod`
 * or `cdk.json`). A key that is not listed here stops the synthesis: a misspelt safety setting must not pass silently.
 * Values are names and numbers, never secrets: context ends up in shell histories and in the repository.
 */

const PREFIX = "zeroth:";

const arn = (service: string) =>
  z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:`), `must be the ARN of something in ${service}`);

/** `a,b` on the command line or a JSON list in `cdk.json`. */
const list = <T extends z.ZodType<string>>(item: T) =>
  z.preprocess(
    (value) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value),
    z.array(item).min(1),
  );

const shape = z
  .strictObject({
    /** Prefix of every name; two deployments in one account and Region need two names. */
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{1,23}$/, "must be 2 to 24 of a-z, 0-9 and -, and begin with a letter")
      .default("zeroth"),

    /** How long the logs (the audit trail among them) are kept: a number of days CloudWatch offers. */
    logDays: z.coerce
      .number()
      .pipe(z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2557, 3653]))
      .default(365),

    /**
     * Class of the log groups of functions without scheduled work, which write most of all lines. `INFREQUENT_ACCESS`
     * takes them at half the price, and makes no metrics of their lines. Another class is another log group.
     */
    logClass: z.enum(["STANDARD", "INFREQUENT_ACCESS"]).default("STANDARD"),
    /**
     * What Lambda itself writes to a function's log: `all` three lines of each run, or those of `failures`. Fewer need
     * Lambda's JSON format, of which nobody says that it leaves our lines byte for byte: verify the audit log first.
     */
    platformLines: z.enum(["all", "failures"]).default("all"),

    /** Requests a second over all routes, and the bucket above it. The account's own default is 10,000 and 5,000. */
    throttleRate: z.coerce.number().int().positive().default(2000),
    throttleBurst: z.coerce.number().int().positive().default(2000),
    /** The same for `/v1/auth/…`: every login is a write, and guessing should be slow. */
    loginRate: z.coerce.number().int().positive().default(200),
    loginBurst: z.coerce.number().int().positive().default(400),

    /** The web page at `/ui/`. `false`: neither function nor routes. */
    ui: z.union([z.boolean(), z.stringbool()]).default(true),
    /** Requests a second for its files, and the bucket above it: a first visit is some ten of them. */
    uiRate: z.coerce.number().int().positive().default(200),
    uiBurst: z.coerce.number().int().positive().default(400),

    /** A name of your own; the generated address then stops answering. */
    domainName: z.string().min(4).optional(),
    certificateArn: arn("acm").optional(),
    /** `s3://bucket/key` of a PEM bundle: callers must then show a client certificate signed by it. */
    truststore: z
      .string()
      .regex(/^s3:\/\/[^/]+\/.+$/, "must look like s3://bucket/key")
      .optional(),

    /** Where the functions that talk to databases run. Absent: outside any VPC. */
    subnets: list(z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),
    securityGroups: list(z.string().regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),
    /** Where the function runs that asks clusters, directories and issuers who a caller is. Absent: outside any VPC. */
    loginSubnets: list(z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),
    loginSecurityGroups: list(z.string().regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),
    /** Private ranges these functions may dial where an operator names a host; absent: public addresses only. */
    reachable: list(z.union([z.cidrv4(), z.cidrv6()], "must be a range such as 10.0.0.0/16")).optional(),
    /** Where the function runs that asks hosts to prove who they are (ACME). Absent: outside any VPC. */
    acmeSubnets: list(z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),
    acmeSecurityGroups: list(z.string().regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),
    /** Private ranges whose hosts may prove it; absent: public addresses only. Strangers name these hosts. */
    acmeReachable: list(z.union([z.cidrv4(), z.cidrv6()], "must be a range such as 10.0.0.0/16")).optional(),
    /** Database users of RDS and Aurora those functions may be (`auth_type` `aws_iam`); absent: none. */
    databaseUsers: list(
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:rds-db:[a-z0-9-]+:\d{12}:dbuser:(?:db|cluster|prx)-[A-Za-z0-9]+\/[\w.@-]+$/,
          "must be the ARN of a database user, arn:aws:rds-db:REGION:ACCOUNT:dbuser:RESOURCE/USER, without *",
        ),
    ).optional(),
    /** Where the functions run that need only the table and the key. Absent: outside any VPC. */
    isolatedSubnets: list(z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),
    isolatedSecurityGroups: list(z.string().regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/)).optional(),

    /** Roles of other accounts that logins may look into (`auth/aws/config/sts`). */
    readerRoles: list(arn("iam")).optional(),
    /** Roles that the secrets engine `aws` may assume where a mount has no keys of its own. */
    issuableRoles: list(arn("iam")).optional(),
    /** IAM path below which such a mount may make users, and the permissions boundary that each of them must have. */
    issuedUsersPath: z
      .string()
      .regex(/^(?:\/[\w+=,.@-]+)+\/$/, "must be a path of IAM such as /zeroth/")
      .optional(),
    issuedUsersBoundary: arn("iam").optional(),
    /**
     * Who may give the operator's orders: ARNs of users, roles or sessions of roles; a `*` at the end is any text.
     * Absent: anyone who may invoke the system function.
     */
    operators: list(
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:user|role|assumed-role)\/[\w+=,.@/-]*\*?$/,
          "must be the ARN of a user, a role or a session, with at most one * at its end",
        ),
    ).optional(),

    /**
     * Milliseconds that a read of a secret may be late, where one is read more often than a partition of the table can
     * answer (`docs/scale.md`). 0: every read sees the latest write.
     */
    readCacheMs: z.coerce.number().int().min(0).max(MOST_READ_CACHE_MS).default(0),

    /** SNS topic the alarms tell. */
    alarmTopic: arn("sns").optional(),
    /**
     * `few`: the fewest alarms that tell of every failure. `each`: one for each metric and function besides, which says
     * more closely where it is and costs more (`docs/cost.md`).
     */
    alarms: z.enum(["few", "each"]).default("few"),

    /** Environments of the whole account at once above which the alarm `concurrency` speaks: below its quota. */
    concurrencyAlarm: z.coerce.number().int().positive().default(800),

    /** Most environments at once for logins, reserved from the account's pool. Absent: the pool. */
    loginConcurrency: z.coerce.number().int().positive().optional(),
    /**
     * The same for revocation, which must go on when the rest of the account is busy: four sweepers, whose runs may
     * overlap, jobs, and some shards of the stream. `none`: the pool.
     */
    revokeConcurrency: z.union([z.literal("none"), z.coerce.number().int().min(10)]).default(20),

    /** A table restored from a backup, to be used instead of the one this app made; both or none. */
    restoredTable: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{3,255}$/)
      .optional(),
    restoredStream: arn("dynamodb").optional(),
  })
  .superRefine((value, context) => {
    const together = (names: readonly (keyof typeof value)[]) => {
      const given = names.filter((name) => value[name] !== undefined);
      if (given.length > 0 && given.length < names.length)
        context.addIssue({ code: "custom", message: `${names.join(", ")} belong together` });
    };
    together(["domainName", "certificateArn"]);
    together(["subnets", "securityGroups"]);
    together(["loginSubnets", "loginSecurityGroups"]);
    together(["acmeSubnets", "acmeSecurityGroups"]);
    together(["isolatedSubnets", "isolatedSecurityGroups"]);
    together(["issuedUsersPath", "issuedUsersBoundary"]);
    together(["restoredTable", "restoredStream"]);
    if (value.reachable !== undefined && value.subnets === undefined && value.loginSubnets === undefined)
      context.addIssue({
        code: "custom",
        message: "reachable needs subnets or loginSubnets: outside a VPC there are no private ranges",
      });
    if (value.acmeReachable !== undefined && value.acmeSubnets === undefined)
      context.addIssue({
        code: "custom",
        message: "acmeReachable needs acmeSubnets: outside a VPC there are no private ranges",
      });
    if (value.truststore !== undefined && value.domainName === undefined)
      context.addIssue({
        code: "custom",
        message: "truststore needs domainName: client certificates are checked there",
      });
  });

export type Settings = z.infer<typeof shape>;

/**
 * Reads the settings out of all context (keys of others are left alone). Throws an `Error` that names every bad key.
 */
export const readSettings = (context: Readonly<Record<string, unknown>>): Settings => {
  const own = Object.entries(context)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), value] as const);

  const result = shape.safeParse(Object.fromEntries(own));
  if (result.success) return result.data;
  throw new Error(`context settings (${PREFIX}…) were refused\n${z.prettifyError(result.error)}`);
};
