import type { AwsCredentialIdentity, Endpoint, Provider } from "@smithy/types";
import type { ClientOptions } from "./client.ts";
import { DynamoDb } from "./dynamodb.ts";
import { Kms } from "./kms.ts";

/**
 * The two clients of a function. Lambda puts region and credentials into the environment, and a service's address
 * follows from its region, so nothing is looked up. Whatever else an environment may ask for (other endpoints, FIPS,
 * regions of closed partitions, credentials from elsewhere) the SDK's own code decides, which is loaded then.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Public regions and the domains of their services, by the patterns of the SDK's table of partitions. */
const DOMAINS: readonly (readonly [RegExp, string])[] = [
  [/^(?:us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/, "amazonaws.com"],
  [/^us-gov-\w+-\d+$/, "amazonaws.com"],
  [/^cn-\w+-\d+$/, "amazonaws.com.cn"],
];
/** Settings of the SDK that lead elsewhere than to a region's usual address. */
const OTHER_ADDRESS = /^AWS_(?:ENDPOINT_URL|USE_FIPS_ENDPOINT|USE_DUALSTACK_ENDPOINT)/;

/** Where the services of a region are asked. */
export const endpointOf = (
  service: "dynamodb" | "kms",
  region: string,
  environment: Environment,
): Provider<Endpoint> => {
  const other = Object.keys(environment).some((name) => OTHER_ADDRESS.test(name) && environment[name]);
  const domain = DOMAINS.find(([pattern]) => pattern.test(region))?.[1];
  if (other || domain === undefined) {
    return async () => (await import("./stock.ts")).endpointIn(service, region);
  }
  return async () => ({ protocol: "https:", hostname: `${service}.${region}.${domain}`, path: "/" });
};

/** The credentials Lambda sets for as long as an environment lives; without them, the SDK's chain. */
export const credentialsOf = (environment: Environment): ClientOptions["credentials"] => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = environment;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY && !AWS_PROFILE) {
    const named: AwsCredentialIdentity = {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    };
    return named;
  }
  let chain: Provider<AwsCredentialIdentity> | undefined;
  return async () => {
    chain ??= (await import("./stock.ts")).defaultCredentials();
    return chain();
  };
};

export const createClients = ({
  region,
  environment,
  requestHandler,
}: {
  readonly region: string;
  readonly environment: Environment;
} & Pick<ClientOptions, "requestHandler">): { readonly dynamodb: DynamoDb; readonly kms: Kms } => {
  const common = { region, credentials: credentialsOf(environment), requestHandler };
  return {
    dynamodb: new DynamoDb({ ...common, endpoint: endpointOf("dynamodb", region, environment) }),
    kms: new Kms({ ...common, endpoint: endpointOf("kms", region, environment) }),
  };
};
