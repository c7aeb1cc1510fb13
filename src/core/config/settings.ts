import { AUDIT_SETTING, type AuditSecrets } from "../../audit/signing-key.ts";
import type { JsonObject } from "../../std/json.ts";
import type { ConfigKind } from "../../storage/keys.ts";
import { fromSealed } from "../sealed.ts";
import type { SettingKey, Snapshot } from "./types.ts";

/** Every setting that exists, with the type of its value; and the rows of configuration of one kind. */

export interface QuotaSettings {
  readonly auditLogging: boolean;
  readonly responseHeaders: boolean;
  readonly exemptPaths: readonly string[];
}

export interface CorsSettings {
  /** `["*"]`: every origin. Compared exactly. */
  readonly origins: readonly string[];
  /** Beyond the standard ones. */
  readonly headers: readonly string[];
}

/** The identity of this deployment, fixed when it is initialized. */
export interface Cluster {
  /** A UUID. */
  readonly id: string;
  readonly startedMs: number;
}

export interface KeyTerm {
  readonly term: number;
  readonly installedMs: number;
}

export interface RotationConfig {
  readonly maxOperations: number;
  readonly enabled: boolean;
  /** 0: never by time. */
  readonly intervalSeconds: number;
}

const key = <T extends object>(name: string): SettingKey<T> => ({ name });

export const SETTINGS = {
  /** Holds the key of the checkpoints and the salt of the built-in device. */
  audit: key<AuditSecrets>(AUDIT_SETTING),
  cluster: key<Cluster>("cluster"),
  cors: key<CorsSettings>("cors"),
  keyTerm: key<KeyTerm>("key-term"),
  logLevels: key<{ readonly levels: Readonly<Record<string, string>> }>("log-levels"),
  quotas: key<QuotaSettings>("quota-config"),
  rotation: key<RotationConfig>("rotation"),
  seal: key<{ readonly sealed: boolean }>("seal"),
};

type Rows = Pick<Snapshot, "settings">;

/** `undefined`: never set. */
export const settingIn = <T extends object>({ settings }: Rows, { name }: SettingKey<T>): T | undefined => {
  const value = settings.get(`setting/${name}`);
  return value && fromSealed<T>(value);
};

/** Name and value of each row of a kind. */
export const rowsIn = ({ settings }: Rows, kind: ConfigKind): readonly (readonly [string, JsonObject])[] =>
  [...settings].flatMap(([at, value]) =>
    at.startsWith(`${kind}/`) ? [[at.slice(kind.length + 1), value] as const] : [],
  );

/** `undefined` before initialization. */
export const clusterOf = (snapshot: Snapshot): Cluster | undefined => settingIn(snapshot, SETTINGS.cluster);
