import type { Sensitive } from "../../std/sensitive.ts";
import type { Budget } from "./budget.ts";

/**
 * What the engine asks of AWS, in its own words: `adapters/` makes it from the SDK. Every method throws `AwsFailure` and
 * nothing else, and none repeats a text of AWS.
 */

export interface AwsKeys {
  readonly accessKey: string;
  readonly secretKey: Sensitive<string>;
}

/** Where a service is asked. `endpoint`: what an operator wrote; absent: AWS's own of the region. */
export interface Place {
  readonly region: string;
  readonly endpoint?: string | undefined;
}

/** In whose name calls are made, and where. */
export interface Scope {
  /** Absent: the program's own credentials. */
  readonly keys?: AwsKeys | undefined;
  readonly iam: Place;
  /** In this order, each where the one before cannot be reached. Never empty. */
  readonly sts: readonly [Place, ...Place[]];
  /** How often a call that changed nothing is repeated. */
  readonly retries: number;
}

export interface IamUser {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface KeyInfo {
  readonly accessKey: string;
  /** Epoch milliseconds. */
  readonly created: number;
}

export interface NewUser {
  readonly name: string;
  readonly path: string;
  /** ARN of a policy; absent: none. */
  readonly boundary?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Things of a user that DeleteUser refuses to take along, besides keys, policies and groups. */
export type Leftover = "login-profile" | "signing-certificate" | "ssh-key" | "service-credential" | "mfa-device";

export interface Iam {
  createUser(user: NewUser): Promise<IamUser>;
  /** Without a name: the user whose keys these are. */
  getUser(name?: string): Promise<IamUser>;
  deleteUser(name: string): Promise<void>;
  createKey(user: string): Promise<AwsKeys>;
  keysOf(user: string): Promise<readonly KeyInfo[]>;
  deleteKey(user: string, accessKey: string): Promise<void>;
  attachPolicy(user: string, arn: string): Promise<void>;
  /** ARNs. */
  attachedTo(user: string): Promise<readonly string[]>;
  detachPolicy(user: string, arn: string): Promise<void>;
  putPolicy(user: string, name: string, document: string): Promise<void>;
  inlineOf(user: string): Promise<readonly string[]>;
  deletePolicy(user: string, name: string): Promise<void>;
  addToGroup(user: string, group: string): Promise<void>;
  groupsOf(user: string): Promise<readonly string[]>;
  removeFromGroup(user: string, group: string): Promise<void>;
  /** What there is of a kind, by its id. */
  leftovers(user: string, kind: Leftover): Promise<readonly string[]>;
  removeLeftover(user: string, kind: Leftover, id: string): Promise<void>;
  /** ARNs of the managed policies of a group. */
  attachedToGroup(group: string): Promise<readonly string[]>;
  /** Documents of a group's own policies, as JSON text. */
  inlineOfGroup(group: string): Promise<readonly string[]>;
}

/** Credentials of a session, and when AWS ends it (epoch milliseconds). */
export interface Session {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken: string;
  readonly expires: number;
  /** Of the assumed role's session. */
  readonly arn?: string | undefined;
}

/** What limits a session, whatever its role or user may do. */
export interface SessionLimits {
  /** JSON text; `""`: none. */
  readonly policy: string;
  readonly policyArns: readonly string[];
}

export interface Sts {
  callerIdentity(): Promise<{ readonly account: string; readonly arn: string }>;
  assumeRole(
    ask: SessionLimits & {
      readonly roleArn: string;
      readonly sessionName: string;
      readonly seconds: number;
      readonly tags: Readonly<Record<string, string>>;
      readonly externalId: string;
    },
  ): Promise<Session>;
  federationToken(ask: SessionLimits & { readonly name: string; readonly seconds: number }): Promise<Session>;
  sessionToken(ask: { readonly seconds: number; readonly mfa?: Mfa | undefined }): Promise<Session>;
}

interface Mfa {
  readonly serial: string;
  readonly code: string;
}

export interface Aws {
  /** Where calls go unless the configuration says otherwise. */
  readonly region: string;
  iam(scope: Scope, budget: Budget): Iam;
  sts(scope: Scope, budget: Budget): Sts;
  /** Whether the program's own credentials are a session's, as a role's are. */
  ownSession(): Promise<boolean>;
}

/** Waits; tests move their clock instead. */
export type Sleep = (ms: number) => Promise<void>;
