import { z } from "zod";
import { smallest, smallestOf } from "../../core/login/ttl.ts";
import { field, invalidRequest } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { restate } from "../../std/restate.ts";
import { DurationError, parseDuration, seconds } from "../../std/time.ts";
import type { Role } from "./roles.ts";

/** What a request for a token asks for, checked against its role. Texts are Vault's. */

export const ZERO = seconds(0);

export const Input = z.object({
  id: field.text("id of the token; needs sudo"),
  policies: field.textList("policies of the token; the parent's when absent"),
  meta: field.keyValues("metadata shown in lookups and the audit log"),
  no_parent: field.flag("make an orphan; needs sudo"),
  no_default_policy: field.flag("leave the default policy out"),
  renewable: field.flag("whether the token may be renewed"),
  ttl: field.text("lifetime; the mount's default when absent"),
  lease: field.text("older name of ttl"),
  type: field.text("service or batch"),
  explicit_max_ttl: field.text("hard limit of the lifetime"),
  period: field.text("makes a periodic token; needs sudo"),
  display_name: field.text("shown in lookups and the audit log"),
  num_uses: field.integer("how many requests the token can be used for; 0: no limit"),
  entity_alias: field.text("alias whose entity the token gets; with a role only"),
});
export type Given = z.output<typeof Input>;

const duration = (name: string, text: string | undefined): Seconds => {
  if (text === undefined || text === "") return ZERO;
  const value = restate(
    DurationError,
    (cause) => invalidRequest(cause.message),
    () => parseDuration(text),
  );
  if (value < 0) throw invalidRequest(`${name} must be positive`);
  return value;
};

export const displayName = (given: string | undefined): string =>
  given === undefined || given === "" ? "token" : `token-${given.replace(/[^a-zA-Z0-9-]/g, "-")}`.replace(/-$/, "");

export const metaOf = (given: Given["meta"]): NonNullable<Given["meta"]> | null =>
  given && Object.keys(given).length > 0 ? given : null;

const checkId = (id: string): void => {
  for (const prefix of ["hvs.", "s."]) {
    if (id.startsWith(prefix)) throw invalidRequest(`custom token ID cannot have the '${prefix}' prefix`);
  }
  if (id.includes(".")) throw invalidRequest("custom token ID cannot have a '.' in the value");
};

/** What request and role together ask for, before the parent is considered. */
export interface Wanted {
  readonly ttl: Seconds;
  readonly explicitMaxTtl: Seconds;
  readonly period: Seconds;
  /** What the request itself says about these; 0 where only the role does. */
  readonly own: { readonly explicitMaxTtl: Seconds; readonly period: Seconds };
  /** What is stored in the token; what only the role says is read from the role again at each renewal. */
  readonly kept: { readonly explicitMaxTtl: Seconds; readonly period: Seconds };
  readonly numUses: number;
  readonly renewable: boolean;
  readonly type: "service" | "batch";
  readonly orphan: boolean;
  readonly warnings: readonly string[];
}

const typeOf = (given: string | undefined, role: Role | undefined): "service" | "batch" => {
  if (given !== undefined && given !== "" && given !== "service" && given !== "batch") {
    throw invalidRequest("invalid 'token_type' value");
  }
  const forced = role?.tokenType;
  if (forced === "service" || forced === "batch") return forced;
  if (given === "batch" || given === "service") return given;
  return forced === "default-batch" ? "batch" : "service";
};

/** The smaller of the request's and the role's value where both are set, with a warning that says so. */
const both = (name: string, asked: Seconds, ofRole: Seconds | undefined) => {
  const least = smallest(asked, ofRole ?? ZERO);
  const doubled = asked > 0 && (ofRole ?? 0) > 0;
  const warning = `${name} specified both during creation call and in role; using the lesser value of ${least} seconds`;
  return { least, warnings: doubled ? [warning] : [] };
};

/** Throws `invalid_request` for what cannot be parsed. `orphanPath`: the path itself makes orphans. */
export const wantedFrom = (given: Given, role: Role | undefined, orphanPath: boolean): Wanted => {
  if ((given.num_uses ?? 0) < 0) throw invalidRequest("number of uses cannot be negative");
  const ttl = given.ttl ? duration("ttl", given.ttl) : duration("lease", given.lease);
  const explicit = duration("explicit_max_ttl", given.explicit_max_ttl);
  const period = duration("period", given.period);
  const maximum = both("Explicit max TTL", explicit, role?.explicitMaxTtl);
  const periods = both("Period", period, role?.period);
  const type = typeOf(given.type, role);
  return {
    ttl,
    explicitMaxTtl: maximum.least,
    period: periods.least,
    own: { explicitMaxTtl: explicit, period },
    kept: { explicitMaxTtl: explicit > 0 ? maximum.least : ZERO, period: period > 0 ? periods.least : ZERO },
    numUses: smallestOf([given.num_uses ?? 0, role?.fields.token_num_uses ?? 0]),
    renewable: type === "service" && (role?.renewable ?? true) && (given.renewable ?? true),
    type,
    orphan: role ? role.orphan : orphanPath || (given.no_parent ?? false),
    warnings: [...maximum.warnings, ...periods.warnings],
  };
};

export const checkBatch = ({ type, numUses, own }: Wanted, policies: readonly string[]): void => {
  if (type !== "batch") return;
  if (policies.includes("root")) throw invalidRequest("batch tokens cannot be root tokens");
  if (numUses > 0) throw invalidRequest('batch tokens cannot have "num_uses" set');
  if (own.period > 0) throw invalidRequest('batch tokens cannot have "period" set');
  if (own.explicitMaxTtl > 0) throw invalidRequest('batch tokens cannot have "explicit_max_ttl" set');
};

/** Refuses what only root or sudo may ask for. `orphan`: the body asks for an orphan. */
export const checkPrivileges = (id: string, orphan: boolean, { own }: Wanted, sudo: boolean): void => {
  const need = (asked: boolean, what: string): void => {
    if (asked && !sudo) throw invalidRequest(`root or sudo privileges required to ${what}`);
  };
  need(id !== "", "specify token id");
  if (id !== "") checkId(id);
  need(orphan, "create orphan token");
  need(own.period > 0, "create periodic token");
};
