import type { Sensitive } from "../../std/sensitive.ts";
import type { Partition } from "./regions.ts";

/**
 * What the AWS login needs from outside, as interfaces. `adapters/` builds the real ones; tests build others.
 * An answer here is believed about the account it was asked in and about nothing else.
 */

/** The one request that is ever sent to STS for a caller: GetCallerIdentity at `/`. */
export interface StsRequest {
  /** Host to connect to by TLS. One of `regions.ts` or the configured one, never a caller's text. */
  readonly endpoint: string;
  /** The `Host` header: what the caller signed; one of `regions.ts` or the configured one. */
  readonly host: string;
  readonly method: "GET" | "POST";
  /** The parameters, one of a few constants: of a GET in the URL, of a POST in the body. The other one is empty. */
  readonly query: string;
  readonly body: string;
  /** Lower-case names, all from an allow-list. */
  readonly headers: Readonly<Record<string, string>>;
  /** How often to try again when the connection, not the answer, fails. */
  readonly retries: 0 | 1;
}

export interface StsAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Performs exactly this request: no redirects, a bounded answer, a total deadline. Throws if there is no answer. */
export type StsFetch = (request: StsRequest) => Promise<StsAnswer>;

/** In whose name a look-up is made. Every field is part of what a cache may be keyed by. */
export interface AccountScope {
  readonly account: string;
  readonly partition: Partition;
  /** A role of that account to assume first; absent: the credentials are of that account. */
  readonly via?: { readonly roleArn: string; readonly externalId: string; readonly stsRegion: string };
  /** Static keys of `config/client`; absent: the program's own credentials. */
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: Sensitive<string> } | undefined;
  /** Operator's overrides, `https://…`. */
  readonly endpoints?: { readonly iam?: string | undefined; readonly ec2?: string | undefined };
}

export interface IamRole {
  /** `AROA…` */
  readonly id: string;
  readonly arn: string;
  /** JSON, already URL-decoded. */
  readonly trustPolicy: string;
}

export interface IamUser {
  /** `AIDA…` */
  readonly id: string;
  readonly arn: string;
}

export interface InstanceProfile {
  /** `AIPA…` */
  readonly id: string;
  readonly arn: string;
  readonly roles: readonly { readonly id: string; readonly arn: string }[];
}

export interface Ec2Instance {
  readonly id: string;
  readonly state: string;
  readonly ownerId: string;
  readonly imageId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  /** ARN; empty without a profile. */
  readonly profileArn: string;
  readonly tags: readonly Tag[];
}

/** A node of Systems Manager as the service describes it. */
export interface ManagedInstance {
  readonly id: string;
  readonly resourceType: string;
  readonly activationId: string;
  /** Role name, with or without a path. */
  readonly iamRole: string;
  readonly name: string;
  readonly platformType: string;
  readonly pingStatus: string;
  /** Milliseconds since the epoch; 0 when unknown. */
  readonly lastPing: number;
  readonly registered: number;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Look-ups in an account. `undefined` is a definite "there is none"; everything else that fails is `LookupFailed`. */
export interface Directory {
  /** Account of the program's own credentials, or of static keys. */
  ownAccount(keys?: AccountScope["keys"]): Promise<string>;
  role(scope: AccountScope, name: string): Promise<IamRole | undefined>;
  user(scope: AccountScope, name: string): Promise<IamUser | undefined>;
  instanceProfile(scope: AccountScope, name: string): Promise<InstanceProfile | undefined>;
  instance(scope: AccountScope, region: string, id: string): Promise<Ec2Instance | undefined>;
  managedInstance(scope: AccountScope, region: string, id: string): Promise<ManagedInstance | undefined>;
  managedInstanceTags(scope: AccountScope, region: string, id: string): Promise<readonly Tag[]>;
}

/** AWS could not be asked, or answered what cannot be understood. `code` is a short name for the log, no text. */
export class LookupFailed extends Error {
  override readonly name = "LookupFailed";
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(`look-up failed: ${code}`, options);
    this.code = code;
  }
}
