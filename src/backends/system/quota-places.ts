import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import type { StoredPlace } from "../../core/quotas/places.ts";
import { invalidRequest } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { trimSlashes } from "../../std/slashes.ts";

/** What a quota rule is for, as an operator gives it: the same for rate limits and lease counts. */

export interface GivenPlace {
  readonly path: string;
  readonly role: string;
  readonly inheritable: boolean;
}

/** The members of a request by which a rule's place is given. */
interface PlaceInput {
  readonly path?: string | undefined;
  readonly role?: string | undefined;
  readonly inheritable?: boolean | undefined;
}

/** What a request gives, over the rule as it was: one without a path holds for everything, and for what is below. */
export const placeGiven = (input: PlaceInput, old: { path: string; role: string } | undefined): GivenPlace => {
  const path = input.path ?? old?.path ?? "";
  return {
    path,
    role: input.role ?? old?.role ?? "",
    inheritable: input.inheritable ?? path.replaceAll("/", "") === "",
  };
};

const VALID = "If a role is provided, path must be a valid mount with an auth method that supports role-based quotas";

const checkRole = (where: string, suffix: string, kind: string | undefined): void => {
  if (suffix !== "") throw invalidRequest(`Quotas cannot contain both a path suffix and a role. ${VALID}`);
  if (kind !== "roles" && kind !== "auth") {
    const wire = `Mount path ${shown(where)} is not a valid auth method and therefore unsuitable for use with role-based quotas`;
    throw invalidRequest(wire);
  }
  if (kind === "auth") throw invalidRequest(`Mount path ${shown(where)} does not support use with role-based quotas`);
};

/** The mount a path names, given with or without its final slash, and the part of the path below it. */
const mountOf = (core: Core, snapshot: Snapshot, given: string) => {
  const where = trimSlashes(given);
  if (where === "") return { mountId: "", suffix: "", kind: undefined };
  const mount = core.config.mountFor(snapshot, `${where}/`);
  if (!mount) throw invalidRequest(`invalid mount path ${shown(`${where}/`)}`);
  const { id, path: at, type } = mount.info;
  const resolves = core.catalog.types.some((row) => row.kind === mount.kind && row.type === type && row.resolvesRole);
  return { mountId: id, suffix: where.slice(at.length), kind: resolves ? "roles" : mount.kind };
};

/** Throws Vault's texts for what cannot have a quota. */
export const placeOf = (core: Core, snapshot: Snapshot, given: GivenPlace): StoredPlace => {
  const { mountId, suffix, kind } = mountOf(core, snapshot, given.path);
  if (given.role !== "") checkRole(given.path, suffix, kind);
  if (given.inheritable && mountId !== "") {
    throw invalidRequest("only namespace quotas can be configured as inheritable");
  }
  return { mountId, suffix, role: given.role.toLowerCase() };
};

type Named = StoredPlace & { readonly name: string };

export const isSamePlace = (a: StoredPlace, b: StoredPlace): boolean =>
  a.mountId === b.mountId && a.suffix === b.suffix && a.role === b.role;

/** Throws where another rule is for the same. */
export const refuseTwin = (rules: readonly Named[], rule: Named): void => {
  const twin = rules.find((one) => one.name !== rule.name && isSamePlace(one, rule));
  if (!twin) return;
  throw invalidRequest(`quota rule with similar properties exists under the name ${shown(twin.name)}`);
};
