import { invalidRequest, multiError } from "../../framework/index.ts";
import type { Alias, Entity } from "./model.ts";

/**
 * Where entities cannot simply be merged: an entity has one alias at a mount and one key for an MFA method, and both
 * sides of a merge may have them. The texts are Vault's. Pure.
 */

interface Pair {
  readonly to: Alias;
  readonly from: Alias;
}

const clashesOf = (to: Entity, from: Entity): readonly Pair[] =>
  to.aliases.flatMap((mine) =>
    from.aliases.filter((one) => one.mountAccessor === mine.mountAccessor).map((one) => ({ to: mine, from: one })),
  );

/** Throws where any two have aliases at one mount. */
export const refuseClashes = (to: Entity, others: readonly Entity[]): void => {
  const seen = new Set<string>();
  const texts: string[] = [];
  for (const other of others) {
    for (const { mountAccessor } of other.aliases) {
      if (seen.has(mountAccessor)) {
        throw invalidRequest(
          `mount accessor ${mountAccessor} found in multiple fromEntities, merge should be done with one fromEntity at a time`,
        );
      }
      seen.add(mountAccessor);
    }
    for (const clash of clashesOf(to, other)) {
      texts.push(
        `mountAccessor: ${clash.to.mountAccessor}, toEntity ID: ${to.id}, fromEntity ID: ${other.id}, conflicting toEntity alias ID: ${clash.to.id}, conflicting fromEntity alias ID: ${clash.from.id}`,
      );
    }
  }
  if (texts.length === 0) return;
  const head =
    "toEntity and at least one fromEntity have aliases with the same mount accessor, repeat the merge request specifying exactly one fromEntity, clashes: ";
  throw invalidRequest(multiError(head, ...texts));
};

/** Which aliases of a clash are dropped, on either side; the caller names the ids to keep. */
export const losers = (to: Entity, other: Entity, keep: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    clashesOf(to, other).map((clash) => {
      if (keep.has(clash.to.id)) return clash.from.id;
      if (keep.has(clash.from.id)) return clash.to.id;
      throw invalidRequest(
        `conflicting mount accessors in following alias IDs and neither were present in conflicting_alias_ids_to_keep: ${clash.from.id}, ${clash.to.id}`,
      );
    }),
  );

/** Throws where any two have keys for one MFA method. */
export const refuseFactors = (to: Entity, others: readonly Entity[]): void => {
  const seen = new Set(Object.keys(to.mfaSecrets ?? {}));
  for (const other of others) {
    for (const method of Object.keys(other.mfaSecrets ?? {})) {
      if (seen.has(method)) throw invalidRequest(`conflicting MFA secrets in entity ID "${other.id}"`);
      seen.add(method);
    }
  }
};
