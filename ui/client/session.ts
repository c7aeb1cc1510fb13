import { useMemo } from "preact/hooks";
import type { Answer } from "./api.ts";
import { CAPABILITIES, type Capability } from "./capabilities.ts";
import { textsIn } from "./read-json.ts";
import { useStage } from "./stage.ts";
import { useApi } from "./use-api.ts";

/** Who is signed in, as every page sees it, and what they may do. */

export type { Capability } from "./capabilities.ts";

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

/** The session of whoever is signed in, or was until a moment ago: a page stays behind the dialog that asks to sign in. */
export const useSession = (): Session => {
  const session = useMaybeSession();
  if (!session) throw new Error("this page is for people who are signed in");
  return session;
};

/** For pages that are open to everybody; `undefined`: nobody is signed in. */
export const useMaybeSession = (): Session | undefined => {
  const stage = useStage();
  return stage.is === "in" || stage.is === "away" ? stage.session : undefined;
};

/** By the server's answer, or the caller's own rules where it gives none. */
const heldOf = (answer: Answer, paths: readonly string[], session: Session): [string, ReadonlySet<Capability>][] =>
  paths.map((path) => {
    const told = answer.ok ? textsIn(answer.data, path) : CAPABILITIES.filter((one) => session.may(path, one));
    return [path, new Set(told.includes("root") ? CAPABILITIES : CAPABILITIES.filter((one) => told.includes(one)))];
  });

/**
 * What the caller may do at each path, by one `POST sys/capabilities-self`. `undefined`: not known yet.
 */
export const useCapabilities = (paths: readonly string[]): ReadonlyMap<string, ReadonlySet<Capability>> | undefined => {
  const session = useSession();
  const wanted = JSON.stringify({ paths });
  const { answer } = useApi(
    paths.length === 0 ? undefined : { method: "POST", path: "sys/capabilities-self", body: wanted },
  );
  return useMemo(() => {
    if (paths.length === 0) return new Map();
    return answer && new Map(heldOf(answer, paths, session));
  }, [answer, wanted, session]);
};
