import type { Session } from "../client/session.ts";
import type { IconName } from "../kit/index.ts";
import type { PageName } from "../routes.ts";
import { shell } from "../texts/shell.ts";

/** The navigation: what there is, and for whom. What the caller may not do is absent, not grey. Pure. */

type EntryPage = Exclude<PageName, "sign-in" | "browse" | "new" | "edit" | "open" | "authorize">;

export interface Entry {
  readonly page: EntryPage;
  readonly label: string;
  readonly icon: IconName;
}

export interface Group {
  readonly label: string;
  readonly entries: readonly Entry[];
}

type Shown = (session: Session) => boolean;

const always: Shown = () => true;
const may =
  (...asked: readonly (readonly [path: string, capability: Parameters<Session["may"]>[1]])[]): Shown =>
  (session) =>
    asked.some(([path, capability]) => session.may(path, capability));
const mounted =
  (...types: readonly string[]): Shown =>
  ({ secretMounts }) =>
    secretMounts.some(({ type }) => types.includes(type));

/** Of a mount of the AWS method: its roles. */
const awsRoles =
  (path: string, capability: Parameters<Session["may"]>[1]): Shown =>
  ({ authMounts, may: allowed }) =>
    authMounts.some((mount) => mount.type === "aws" && allowed(`auth/${mount.path}${path}`, capability));

/** Users or roles of a method. */
const whoSignsIn: Shown = ({ authMounts, may: allowed }) =>
  authMounts.some(({ path }) => ["users", "role"].some((part) => allowed(`auth/${path}${part}`, "list")));
const anyOf =
  (...all: readonly Shown[]): Shown =>
  (session) =>
    all.some((shown) => shown(session));

const ROWS: readonly (readonly [keyof typeof shell.groups, EntryPage, IconName, Shown])[] = [
  ["secrets", "home", "key", always],
  ["secrets", "expiring", "clock", mounted("kv", "generic")],
  ["secrets", "share", "share", may(["sys/wrapping/wrap", "update"])],
  ["secrets", "credentials", "database", mounted("database", "aws", "ssh", "pki", "totp")],
  ["own", "me", "user", always],
  ["own", "leases", "link", may(["sys/leases/lookup", "update"], ["sys/leases/lookup/", "list"])],
  [
    "operate",
    "access",
    "shield",
    anyOf(may(["identity/entity/id", "list"], ["identity/group/id", "list"], ["sys/locked-users", "read"]), whoSignsIn),
  ],
  ["operate", "policies", "policy", may(["sys/policies/acl", "list"])],
  ["operate", "machines", "box", awsRoles("role", "list")],
  ["operate", "onboard", "plus", awsRoles("role/onprem", "create")],
  ["operate", "audit", "file", may(["sys/audit", "read"], ["sys/audit-key", "read"])],
  ["operate", "mounts", "folder", may(["sys/mounts", "read"])],
  [
    "operate",
    "status",
    "pulse",
    may(["sys/leases/count", "read"], ["sys/internal/counters/tokens", "read"], ["sys/key-status", "read"]),
  ],
  ["operate", "api", "more", may(["sys/internal/specs/openapi", "read"], ["sys/mounts", "read"])],
];

export const groupsFor = (session: Session): readonly Group[] =>
  (["secrets", "own", "operate"] as const)
    .map((group) => ({
      label: shell.groups[group],
      entries: ROWS.filter(([its, , , shown]) => its === group && shown(session)).map(([, page, icon]) => ({
        page,
        label: shell.pages[page],
        icon,
      })),
    }))
    .filter(({ entries }) => entries.length > 0);

/** Which entry a page belongs to. */
export const entryOf = (page: PageName): EntryPage | undefined => {
  if (page === "browse" || page === "new" || page === "edit") return "home";
  return page === "sign-in" || page === "open" || page === "authorize" ? undefined : page;
};
