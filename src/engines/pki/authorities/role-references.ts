import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import { allRecords } from "../../../framework/records.ts";
import { roleAddress } from "../model.ts";

/** Warns operators of roles that name an issuer which was renamed or deleted. */

const MOST_LOOKED_AT = 100;
const Reference = z.object({ issuer_ref: z.string() });

/** A warning where roles use the reference, or where there are too many to look at all. */
export const referenceWarnings = async (
  refs: readonly string[],
  { storage }: BackendContext,
): Promise<readonly string[]> => {
  const counts = new Map<string, number>(refs.map((ref) => [ref, 0]));
  let looked = 0;
  for await (const [, { body }] of allRecords(storage, "role/", (name) => roleAddress(storage, name))) {
    if (looked === MOST_LOOKED_AT) break;
    looked += 1;
    const { data } = Reference.safeParse(body);
    const count = counts.get(data?.issuer_ref ?? "");
    if (data && count !== undefined) counts.set(data.issuer_ref, count + 1);
  }
  return [...counts].flatMap(([ref, count]) => {
    if (looked < MOST_LOOKED_AT) return count === 0 ? [] : [`${count} roles reference ${ref}`];
    return count === 0
      ? [`Unable to check if any roles referenced this issuer by ${ref}`]
      : [`The name ${ref} was in use by at least ${count} roles`];
  });
};
