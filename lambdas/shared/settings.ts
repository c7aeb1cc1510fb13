import { ENVIRONMENT, MOST_READ_CACHE_MS } from "../../src/contract/environment.ts";
import { FUNCTIONS, type FunctionName } from "../../src/contract/functions.ts";
import type { Reach } from "../../src/outgoing/index.ts";
import { isCidr } from "../../src/std/cidr.ts";
import { isAnyText, isListOf, isRecordOf, isText, isWithin } from "./guards.ts";

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
  /** Milliseconds that a read of a secret may be late; 0: not at all. */
  readonly readCacheMs: number;
  /** What Lambda calls this function. */
  readonly lambdaName: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const isFunctionName = (value: unknown): value is FunctionName => FUNCTIONS.some((name) => name === value);

const isPeers = (value: unknown): value is FunctionSettings["peers"] =>
  isRecordOf(value, isText) && Object.keys(value).every(isFunctionName);

const isRange = (value: unknown): value is string => isAnyText(value) && isCidr(value);
const isRanges = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isRange);
const isTexts = (value: unknown): value is readonly string[] => isListOf(value, isText);

const isReadCache = (value: unknown): value is number => isWithin(value, 0, MOST_READ_CACHE_MS);

const isAddress = (text: string): boolean => URL.canParse(text) && new URL(text).protocol === "https:";

/** Reads variables; `bad` collects the names of those that are not what they should be. */
const reader = (environment: Environment) => {
  const bad = new Set<string>();
  const text = (name: string): string => {
    const value = environment[name];
    if (!isText(value)) bad.add(name);
    return value ?? "";
  };
  /** The value of JSON; `absent` where the variable is not set. Without an `absent` it must be. */
  const json = <T>(name: string, is: (value: unknown) => value is T, absent?: T): T | undefined => {
    const written = environment[name];
    if (written === undefined && absent !== undefined) return absent;
    try {
      const value: unknown = JSON.parse(written ?? "");
      if (is(value)) return value;
    } catch {
      // Named below; what it says stays unsaid.
    }
    bad.add(name);
    return undefined;
  };
  return { bad, text, json };
};

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
  const { bad, text, json } = reader(environment);
  const functionName = text(ENVIRONMENT.functionName);
  const tableName = text(ENVIRONMENT.tableName);
  const tableIdentity = text(ENVIRONMENT.tableIdentity);
  const keyId = text(ENVIRONMENT.keyId);
  const region = text("AWS_REGION");
  const lambdaName = text("AWS_LAMBDA_FUNCTION_NAME");
  const domains = json(ENVIRONMENT.domains, isTexts) ?? [];
  const ranges = json(ENVIRONMENT.reachable, isRanges, []) ?? [];
  const peers = json(ENVIRONMENT.peers, isPeers, {}) ?? {};
  const operators = json(ENVIRONMENT.operators, isTexts, []) ?? [];
  const readCacheMs = json(ENVIRONMENT.readCacheMs, isReadCache, 0) ?? 0;
  const address = environment[ENVIRONMENT.address];
  if (address !== undefined && !isAddress(address)) bad.add(ENVIRONMENT.address);
  if (!isFunctionName(functionName)) bad.add(ENVIRONMENT.functionName);
  if (bad.size > 0) throw new Error(`the environment is wrong or incomplete: ${[...bad].sort().join(", ")}`);
  if (functionName !== expected) throw new Error(`this is the code of ${expected}, deployed as ${functionName}`);
  return {
    functionName: expected,
    region,
    tableName,
    tableIdentity,
    keyId,
    domains,
    // With doubles, the databases are on this machine as well.
    reach: { loopback: doublesAllowed(environment), ranges },
    peers,
    address: address ?? "",
    operators,
    readCacheMs,
    lambdaName,
  };
};
