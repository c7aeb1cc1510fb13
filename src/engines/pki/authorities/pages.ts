import { z } from "zod";
import { field } from "../../../framework/index.ts";

/** Pages of ids, in their order. */

export const PageInput = z.object({
  after: field.text("Ids behind this one, which need not exist."),
  limit: field.integer("How many at most; all unless given."),
});

export const pageOf = (
  all: readonly { readonly id: string }[],
  { after = "", limit = 0 }: { readonly after?: string | undefined; readonly limit?: number | undefined },
): readonly string[] => {
  const ids = all
    .map(({ id }) => id)
    .filter((id) => id > after)
    .sort();
  return limit > 0 ? ids.slice(0, limit) : ids;
};
