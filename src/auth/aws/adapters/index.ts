import { createFetch, type Fetch, UNGUARDED } from "../../../outgoing/index.ts";
import { once } from "../../../std/once.ts";
import { type Clock, steady } from "../../../std/time.ts";
import type { AccountScope, Directory, StsFetch } from "../ports.ts";
import {
  type Connections,
  type CredentialProvider,
  connections,
  type Endpoints,
  type RequestHandler,
} from "./connections.ts";
import { describeInstance } from "./ec2.ts";
import { getInstanceProfile, getRole, getUser } from "./iam.ts";
import { fetchThrough, type PlainHandler } from "./in-process.ts";
import { complete, orNone } from "./outcomes.ts";
import { describeNode, nodeTags } from "./ssm.ts";
import { stsFetch } from "./sts-fetch.ts";

/**
 * The login's way to AWS. This folder alone imports the SDK, and loads each client when it is first needed. Trusts
 * TLS and the program's own credentials; must never send a caller's text anywhere but where `StsRequest` puts it.
 * Addresses are not filtered: every host is put together from tables in code, or is an endpoint of AWS that an operator
 * wrote and `../client-config.ts` recognised, and interface endpoints give those names addresses inside the VPC.
 */

export interface AdapterOptions {
  readonly region: string;
  readonly clock: Clock;
  /** Absent: the SDK's own chain. */
  readonly credentials?: CredentialProvider;
  /** Where to connect instead; absent members follow the SDK's `AWS_ENDPOINT_URL_…` variables. */
  readonly endpoints?: Endpoints;
  /** Answers instead of the network, in this process. */
  readonly requestHandler?: RequestHandler & PlainHandler;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const fromEnvironment = (environment: NonNullable<AdapterOptions["environment"]>): Endpoints => {
  if (environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true") return {};
  const found = (["sts", "iam", "ssm", "ec2"] as const).map((service) => [
    service,
    environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || environment["AWS_ENDPOINT_URL"],
  ]);
  return Object.fromEntries(found.filter(([, url]) => url));
};

const defaultChain = (): CredentialProvider => {
  const chain = once(async () => (await import("./sdk/credentials.ts")).fromNodeProviderChain());
  return async () => (await chain())();
};

const ownAccount = (made: Connections) => {
  const known = new Map<string, Promise<string>>();
  const ask = async (keys: AccountScope["keys"]): Promise<string> => {
    const found = await orNone([], async () => {
      const { GetCallerIdentityCommand } = await import("./sdk/sts.ts");
      const client = await made.stsClient(keys);
      return complete((await client.send(new GetCallerIdentityCommand({}))).Account);
    });
    return complete(found);
  };
  return (keys?: AccountScope["keys"]): Promise<string> => {
    const key = keys?.accessKeyId ?? "";
    const asked = known.get(key) ?? ask(keys);
    if (known.size > 100) known.clear();
    known.set(key, asked);
    asked.catch(() => known.delete(key));
    return asked;
  };
};

/** The real fetcher and directory: `awsAuth({ ...awsAdapters(options), region: options.region })`. */
export const awsAdapters = (options: AdapterOptions): { readonly sts: StsFetch; readonly directory: Directory } => {
  const endpoints = { ...fromEnvironment(options.environment ?? process.env), ...options.endpoints };
  const fetch: Fetch = options.requestHandler ? fetchThrough(options.requestHandler) : createFetch(UNGUARDED);
  const made = connections({
    region: options.region,
    clock: options.clock,
    credentials: options.credentials ?? defaultChain(),
    endpoints,
    requestHandler: options.requestHandler ?? { connectionTimeout: 1500, requestTimeout: 3000 },
  });
  const directory: Directory = {
    ownAccount: ownAccount(made),
    role: (scope, name) => getRole(made, scope, name),
    user: (scope, name) => getUser(made, scope, name),
    instanceProfile: (scope, name) => getInstanceProfile(made, scope, name),
    instance: (scope, region, id) => describeInstance(made, fetch, scope, region, id),
    managedInstance: (scope, region, id) => describeNode(made, scope, region, id),
    managedInstanceTags: (scope, region, id) => nodeTags(made, scope, region, id),
  };
  return { sts: stsFetch(fetch, { override: endpoints.sts, monotonic: steady }), directory };
};
