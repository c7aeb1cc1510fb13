/** Who is signed in, as every page sees it, and what they may do. */

export type Capability = "create" | "read" | "update" | "patch" | "delete" | "list" | "sudo";

export interface MountShown {
  /** With its slash at the end. */
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface Who {
  /** A person's alias where there is one, else the token's display name. */
  readonly name: string;
  readonly displayName: string;
  /** Empty: a token without an entity. */
  readonly entityId: string;
  readonly policies: readonly string[];
  /** Where the login happened: `auth/userpass/`. */
  readonly mount: string;
  /** Milliseconds of the server's clock; absent: never. */
  readonly endsAt: number | undefined;
  readonly renewable: boolean;
  readonly root: boolean;
}

export interface Rule {
  /** As in the policy: `secret/data/team-a/*`, `secret/data/+/db`. */
  readonly pattern: string;
  /** Empty: denied. */
  readonly capabilities: readonly Capability[];
  /** Seconds that answers must be wrapped for; 0: no such limit. A minimum makes wrapping a duty. */
  readonly wrapTtl?: { readonly min: number; readonly max: number } | undefined;
}

export interface Session {
  readonly who: Who;
  readonly secretMounts: readonly MountShown[];
  readonly authMounts: readonly MountShown[];
  /** The caller's own rules; of a root token, none: it may everything. */
  readonly rules: readonly Rule[];
  /** By the caller's own rules, without asking. For showing or hiding: the server decides. */
  may(path: string, capability: Capability): boolean;
  /** The mount that serves a path: the longest one. */
  mountOf(path: string): MountShown | undefined;
}

export const useSession = (): Session => {
  throw new Error("not wired yet");
};

/** For pages that are open to everybody; `undefined`: nobody is signed in. */
export const useMaybeSession = (): Session | undefined => {
  throw new Error("not wired yet");
};

/**
 * What the caller may do at each path, by one `POST sys/capabilities-self`. `undefined`: not known yet.
 */
export const useCapabilities = (
  _paths: readonly string[],
): ReadonlyMap<string, ReadonlySet<Capability>> | undefined => {
  throw new Error("not wired yet");
};
