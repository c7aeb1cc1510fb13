import { z } from "zod";
import { ENVIRONMENT } from "../../src/contract/environment.ts";
import { FUNCTIONS, type FunctionName } from "../../src/contract/functions.ts";
import type { Reach } from "../../src/outgoing/index.ts";

/**
 * What a function reads from its environment, checked before anything else happens. A function that is not what its
 * environment says, or whose traffic to AWS somebody redirects, does not start.
 */

export interface FunctionSettings {
  readonly functionName: FunctionName;
  readonly region: string;
  readonly tableName: string;
  readonly tableIdentity: string;
  readonly keyId: string;
  readonly domains: readonly string[];
  /** Which hosts named by operators it may dial. */
  readonly reach: Reach;
  /** Function name to ARN, for those this one may hand requests to. */
  readonly peers: Readonly<Partial<Record<FunctionName, string>>>;
  /** Where callers reach the deployment; empty for a function that need not know. */
  readonly address: string;
  /** ARNs of those who may give the operator's orders; empty: anyone who may invoke the function. */
  readonly operators: readonly string[];
  /** What Lambda calls this function. */
  readonly lambdaName: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const json = <T extends z.ZodType>(shape: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(shape);

const name = z.enum(FUNCTIONS);
const text = z.string().min(1);

const shape = z.object({
  [ENVIRONMENT.functionName]: name,
  [ENVIRONMENT.tableName]: text,
  [ENVIRONMENT.tableIdentity]: text,
  [ENVIRONMENT.keyId]: text,
  [ENVIRONMENT.domains]: json(z.array(text).min(1)),
  [ENVIRONMENT.reachable]: json(z.array(z.union([z.cidrv4(), z.cidrv6()]))).optional(),
  [ENVIRONMENT.peers]: json(z.partialRecord(name, text)).optional(),
  [ENVIRONMENT.address]: z.url({ protocol: /^https$/ }).optional(),
  [ENVIRONMENT.operators]: json(z.array(text).min(1)).optional(),
  AWS_REGION: text,
  AWS_LAMBDA_FUNCTION_NAME: text,
});

const doublesAllowed = (environment: Environment): boolean => environment[ENVIRONMENT.testEndpoints] === "allowed";

/** Proxies, and authorities besides Node's own; the names of proxies count in either case. */
const BETWEEN = /^(?:https?_proxy|all_proxy|node_use_env_proxy|node_extra_ca_certs)$/i;
/** Certificates of Amazon's own, which some runtimes of Lambda name by themselves. */
const RUNTIME_CERTIFICATES = "/var/runtime/ca-cert.pem";

/** Security: anyone who sets one of these receives every secret, or sees them pass by. */
const refuseRedirection = (environment: Environment): void => {
  if (environment["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") throw new Error("certificates must be checked");
  const between = Object.keys(environment)
    .filter((key) => BETWEEN.test(key) && environment[key] && environment[key] !== RUNTIME_CERTIFICATES)
    .sort();
  if (between.length > 0) throw new Error(`${between.join(", ")} must not be set: others could read calls to AWS`);
  if (doublesAllowed(environment)) return;
  const set = Object.keys(environment)
    .filter((key) => key.startsWith("AWS_ENDPOINT_URL") && environment[key])
    .sort();
  if (set.length > 0) throw new Error(`${set.join(", ")} must not be set: calls to AWS would go elsewhere`);
};

/** Throws an `Error` that names every bad variable and shows no value. */
export const readSettings = (environment: Environment, expected: FunctionName): FunctionSettings => {
  refuseRedirection(environment);
  const result = shape.safeParse(environment);
  if (!result.success) {
    const bad = result.error.issues.map(({ path }) => path.map(String).join(".")).sort();
    throw new Error(`the environment is wrong or incomplete: ${[...new Set(bad)].join(", ")}`);
  }
  const { data } = result;
  const functionName = data[ENVIRONMENT.functionName];
  if (functionName !== expected) throw new Error(`this is the code of ${expected}, deployed as ${functionName}`);
  return {
    functionName,
    region: data.AWS_REGION,
    tableName: data[ENVIRONMENT.tableName],
    tableIdentity: data[ENVIRONMENT.tableIdentity],
    keyId: data[ENVIRONMENT.keyId],
    domains: data[ENVIRONMENT.domains],
    // With doubles, the databases are on this machine as well.
    reach: { loopback: doublesAllowed(environment), ranges: data[ENVIRONMENT.reachable] ?? [] },
    peers: data[ENVIRONMENT.peers] ?? {},
    address: data[ENVIRONMENT.address] ?? "",
    operators: data[ENVIRONMENT.operators] ?? [],
    lambdaName: data.AWS_LAMBDA_FUNCTION_NAME,
  };
};
