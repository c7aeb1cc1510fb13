/**
 * What the doubles remember: plain data, written to one JSON file when a folder is given. Times are milliseconds
 * since the epoch; byte strings are base64.
 */
export interface AwsState {
  /** Seals session tokens. */
  readonly sessionKey: string;
  readonly accounts: Record<string, AccountState>;
}

export interface AccountState {
  readonly users: Record<string, User>;
  readonly accessKeys: Record<string, AccessKey>;
  readonly groups: Record<string, Group>;
  readonly roles: Record<string, Role>;
  readonly instanceProfiles: Record<string, InstanceProfile>;
  readonly regions: Record<string, RegionState>;
}

export interface RegionState {
  readonly keys: Record<string, KmsKey>;
  readonly aliases: Record<string, KmsAlias>;
  readonly activations: Record<string, Activation>;
  readonly nodes: Record<string, ManagedNode>;
  readonly instances: Record<string, Instance>;
}

export type Tags = Record<string, string>;

/** Policies are kept and listed, never evaluated. */
export interface PolicySet {
  readonly inline: Record<string, string>;
  readonly attached: string[];
}

export interface User {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly created: number;
  readonly policies: PolicySet;
  readonly groups: string[];
  /** ARN of the permissions boundary. */
  readonly boundary?: string | undefined;
  /** When it was given a password. */
  login?: number;
  tags: Tags;
}

export interface Group {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly created: number;
  readonly policies: PolicySet;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly userName: string;
  readonly created: number;
  status: "Active" | "Inactive";
}

export interface Role {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly created: number;
  readonly description: string;
  maxSessionSeconds: number;
  /** The trust policy as it was written: JSON text. */
  trust: string;
  /** Unique ids of the principals the trust policy named when it was written, by ARN. */
  trustIds: Record<string, string>;
  readonly policies: PolicySet;
  tags: Tags;
}

export interface InstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly created: number;
  roleName: string | null;
}

export type KeySpec = "SYMMETRIC_DEFAULT" | "HMAC_256" | "ECC_NIST_P256";

export interface KmsKey {
  readonly id: string;
  readonly spec: KeySpec;
  readonly created: number;
  readonly description: string;
  state: "Enabled" | "Disabled" | "PendingDeletion";
  deletion: number | null;
  /** 32 bytes; for an elliptic-curve key its PKCS #8 form. */
  readonly material: string;
  tags: Tags;
}

export interface KmsAlias {
  readonly name: string;
  readonly created: number;
  updated: number;
  keyId: string;
}

export interface Activation {
  readonly id: string;
  readonly code: string;
  readonly created: number;
  readonly expires: number;
  readonly limit: number;
  count: number;
  readonly iamRole: string;
  readonly defaultName: string | null;
  readonly description: string | null;
  readonly tags: Tags;
}

export interface ManagedNode {
  readonly id: string;
  readonly activationId: string;
  readonly iamRole: string;
  readonly name: string | null;
  readonly registered: number;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: string;
  readonly fingerprint: string;
  lastPing: number;
  /** What the machine says of itself. */
  report: Record<string, string>;
  tags: Tags;
}

export interface Instance {
  readonly id: string;
  readonly imageId: string;
  readonly type: string;
  /** Of its last start. */
  launched: number;
  state: "running" | "stopped" | "terminated";
  readonly profileArn: string | null;
  readonly profileId: string | null;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp: string;
  tags: Tags;
}

export const emptyAccount = (): AccountState => ({
  users: {},
  accessKeys: {},
  groups: {},
  roles: {},
  instanceProfiles: {},
  regions: {},
});

/** The state of one region of an account, made on first use. */
export const regionOf = (account: AccountState, region: string): RegionState => {
  account.regions[region] ??= { keys: {}, aliases: {}, activations: {}, nodes: {}, instances: {} };
  return account.regions[region];
};

/** A record's own entry, never something it inherits: the key may be a caller's text. */
export const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
