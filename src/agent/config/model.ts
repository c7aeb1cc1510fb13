import type { TlsSettings } from "../../client/contract.ts";
import type { HclValue } from "../../hcl/hcl.ts";

/** The configuration as the parts read it: every default filled in, times in milliseconds. */

/** A method's or a sink's `config { }`, as written: its owner reads it and words its errors. */
export type RawConfig = ReadonlyMap<string, HclValue>;

export interface VaultConfig {
  readonly address: string;
  readonly tls: TlsSettings;
  readonly namespace?: string;
  /** Tries after the first; 12 unless told, 0 where `-1` was written. Not for auto-auth. */
  readonly retries: number;
  /** Milliseconds for one try; absent: the client's own. */
  readonly timeout?: number;
  /** `false`: none is followed. */
  readonly redirects?: boolean;
  /** Through which the server is reached. */
  readonly proxy?: string;
}

export interface MethodConfig {
  readonly type: string;
  /** `auth/aws`, without slashes around. */
  readonly mountPath: string;
  readonly config: RawConfig;
  /** Whether a `config { }` was written at all. */
  readonly hasConfig: boolean;
  /** As written, seconds: 0 where the login is not wrapped. */
  readonly wrapTtl: number;
  readonly minBackoff: number;
  readonly maxBackoff: number;
  /** What of the two is written: templates wait so long between tries, too. */
  readonly writtenBackoff?: { readonly min?: number; readonly max?: number };
  readonly exitOnError: boolean;
  readonly namespace?: string;
}

export interface SinkConfig {
  readonly type: string;
  /** Seconds; 0: not wrapped. */
  readonly wrapTtl: number;
  readonly encryption?: {
    readonly publicKeyFile: string;
    readonly deriveKey: boolean;
    readonly aad?: string;
    readonly aadVariable?: string;
  };
  readonly config: RawConfig;
}

export interface AutoAuthConfig {
  readonly method: MethodConfig;
  readonly sinks: readonly SinkConfig[];
  readonly reauthOnNewCredentials: boolean;
}

export type UseAutoAuthToken = false | true | "force";

export interface ApiProxyConfig {
  readonly useAutoAuthToken: UseAutoAuthToken;
}

export interface CacheConfig {
  readonly useAutoAuthToken: UseAutoAuthToken;
  /** `cache_static_secrets`: KV answers are kept and served while the server is down. */
  readonly staticSecrets: boolean;
  /** Milliseconds: a kept secret is given without asking the server; absent: five minutes. */
  readonly staticSecretMaxAge?: number;
  /** Milliseconds: it is given while the server is down; absent: a day. */
  readonly staticSecretStaleFor?: number;
  readonly persist?: {
    readonly type: string;
    readonly path: string;
    readonly keepAfterImport: boolean;
    readonly exitOnError: boolean;
    readonly serviceAccountTokenFile: string;
  };
}

export interface ListenerConfig {
  readonly type: "tcp" | "unix";
  /** `127.0.0.1:8100`, or the path of a socket. */
  readonly address: string;
  readonly tls?: {
    readonly certFile: string;
    readonly keyFile: string;
    /** Absent: 1.2. */
    readonly minVersion?: "TLSv1.2" | "TLSv1.3";
    /** Absent: 1.3. */
    readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
    /** Only clients with a certificate of these authorities; absent: all. */
    readonly clients?: { readonly caFile: string };
  };
  readonly requireRequestHeader: boolean;
  readonly role: "default" | "metrics_only";
  readonly enableQuit: boolean;
  readonly socket: { readonly mode?: number; readonly user?: string; readonly group?: string };
}

export interface TemplateText {
  /** One of the two. */
  readonly source?: string;
  readonly contents?: string;
  readonly leftDelimiter: string;
  readonly rightDelimiter: string;
  readonly errorOnMissingKey: boolean;
  readonly functionDenylist: readonly string[];
  /** The folder `file` may read below; absent: any. */
  readonly sandboxPath?: string;
}

/** A string is run by a shell; a list of one with blanks in it too. */
export interface CommandConfig {
  readonly command: readonly string[];
  readonly shell: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

export interface TemplateConfig extends TemplateText {
  readonly destination: string;
  readonly createDestDirs: boolean;
  /** Absent: the mode of the file that is there, else 0644. */
  readonly perms?: number;
  readonly backup: boolean;
  readonly errorFatal: boolean;
  readonly command?: CommandConfig;
  readonly wait?: { readonly min: number; readonly max: number };
  readonly user?: string;
  readonly group?: string;
}

export interface TemplateServerConfig {
  readonly exitOnRetryFailure: boolean;
  /** Milliseconds. */
  readonly staticSecretRenderInterval: number;
  readonly maxConnectionsPerHost: number;
  /** Share of a lease after which it is fetched again: 0.9. */
  readonly leaseRenewalThreshold: number;
}

export interface EnvTemplateConfig extends TemplateText {
  readonly name: string;
  readonly errorFatal: boolean;
}

export interface ExecConfig {
  readonly command: readonly string[];
  readonly restartOnSecretChanges: "always" | "never";
  /** `SIGTERM` */
  readonly restartStopSignal: NodeJS.Signals;
}

export interface LogConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  readonly format: "standard" | "json";
  readonly file?: string;
  readonly rotateBytes: number;
  /** Milliseconds. */
  readonly rotateDuration: number;
  /** Old files that are kept; 0: all. */
  readonly rotateMaxFiles: number;
}

/** What does not keep or reuse connections. */
export type Subsystem = "auto-auth" | "caching" | "proxying" | "templating";

export interface AgentConfig {
  readonly vault: VaultConfig;
  readonly autoAuth?: AutoAuthConfig;
  readonly apiProxy?: ApiProxyConfig;
  readonly cache?: CacheConfig;
  readonly listeners: readonly ListenerConfig[];
  readonly templates: readonly TemplateConfig[];
  readonly templateServer: TemplateServerConfig;
  readonly envTemplates: readonly EnvTemplateConfig[];
  readonly exec?: ExecConfig;
  readonly exitAfterAuth: boolean;
  readonly pidFile?: string;
  readonly log: LogConfig;
  readonly disableIdleConnections: readonly Subsystem[];
  readonly disableKeepAlives: readonly Subsystem[];
}
