import { z } from "zod";
import { field, pageOf } from "../../../framework/index.ts";

/** Pages of ids, in their order. */

export const PageInput = z.object({
  after: field.text("Ids behind this one, which need not exist."),
  limit: field.integer("How many at most; all unless given."),
});

export const pageOfIds = (
  all: readonly { readonly id: string }[],
  input: z.output<typeof PageInput>,
): readonly string[] => pageOf(all.map(({ id }) => id).sort(), input);
