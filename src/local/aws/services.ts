/** The services this double speaks for, and how each speaks. */
import { ec2Operations } from "./ec2.ts";
import { iamOperations } from "./iam/index.ts";
import { kmsOperations } from "./kms/index.ts";
import type { JsonOperation, QueryOperation } from "./operation.ts";
import { ssmAnonymous, ssmOfNodes, ssmOperations } from "./ssm/index.ts";
import { stsOperations } from "./sts.ts";

interface JsonService {
  readonly protocol: "json";
  readonly name: "kms" | "ssm" | "dynamodb";
  readonly target: string;
  readonly version: "1.0" | "1.1";
  /** Absent for DynamoDB, which is a double of its own. */
  readonly operations?: Readonly<Record<string, JsonOperation>>;
  /** Operations that need no signature: they bring a proof of their own. */
  readonly anonymous?: ReadonlySet<string>;
  /** The only operations a hybrid node's own key opens. */
  readonly ofNodes?: ReadonlySet<string>;
  /** What goes before the code of a failed authentication. */
  readonly authPrefix?: string;
}

interface QueryService {
  readonly protocol: "query" | "ec2";
  readonly name: "sts" | "iam" | "ec2";
  readonly version: string;
  readonly namespace: string;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}

export type Service = JsonService | QueryService;

const SERVICES: readonly Service[] = [
  {
    protocol: "query",
    name: "sts",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    operations: stsOperations,
  },
  {
    protocol: "query",
    name: "iam",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    operations: iamOperations,
  },
  {
    protocol: "ec2",
    name: "ec2",
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    operations: ec2Operations,
  },
  {
    protocol: "json",
    name: "ssm",
    target: "AmazonSSM",
    version: "1.1",
    operations: ssmOperations,
    anonymous: ssmAnonymous,
    ofNodes: ssmOfNodes,
  },
  { protocol: "json", name: "kms", target: "TrentService", version: "1.1", operations: kmsOperations },
  {
    protocol: "json",
    name: "dynamodb",
    target: "DynamoDB_20120810",
    version: "1.0",
    authPrefix: "com.amazon.coral.service#",
  },
];

const byName = (name: string | undefined): Service | undefined => SERVICES.find((service) => service.name === name);

// `kms.us-east-1.amazonaws.com`, `sts.amazonaws.com`, `sts-fips.…`, `<account>.ddb.…`,
// `vpce-….sts.….vpce.amazonaws.com`.
const HOST =
  /^(?:(?:\d{12}\.)?(?<service>[a-z0-9]+)(?:-fips)?|vpce-[a-z0-9-]+\.(?<endpoint>[a-z0-9]+))(?:\.(?<region>[a-z0-9-]+))?(?:\.vpce)?\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

/** The service and region of a host name; undefined for any other host (the address of this double). */
export const hostOf = (host: string): { service: Service | undefined; region: string } | undefined => {
  const groups = HOST.exec(host.toLowerCase().replace(/:\d+$/, ""))?.groups;
  if (!groups) return undefined;
  const name = groups["service"] ?? groups["endpoint"];
  // IAM's and STS's global names are served from, and scoped to, us-east-1.
  const named = groups["region"] === "global" ? undefined : groups["region"];
  return { service: byName(name === "ddb" ? "dynamodb" : name), region: named ?? "us-east-1" };
};

/** The service a JSON target (`TrentService.Decrypt`) belongs to. */
export const targetOf = (target: string): { service: Service; operation: string } | undefined => {
  const [prefix, operation = ""] = target.split(".");
  const service = SERVICES.find((one) => one.protocol === "json" && one.target === prefix);
  return service && { service, operation };
};

/** The query service with this API version; without a version, the one the signature is scoped to. */
export const queryServiceOf = (version: string | undefined, scope: string | undefined): Service | undefined =>
  SERVICES.find((one) => one.protocol !== "json" && one.version === version) ??
  (version === undefined ? byName(scope) : undefined);
