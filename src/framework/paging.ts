import { z } from "zod";
import { compareUtf8 } from "../std/utf8.ts";
import { integer, text } from "./fields.ts";

/** Part of a listing, as OpenBao's `after` and `limit` ask for it. */

export const pageFields = {
  after: text("Start after this name (from OpenBao)."),
  limit: integer("Maximum number of names; 0 or less: all (from OpenBao)."),
};
export const PageInput = z.object(pageFields);
type Page = Partial<z.output<typeof PageInput>>;

/** Of sorted names, those that were asked for. `after` need not be among them. */
export const pageOf = (names: readonly string[], { after = "", limit = 0 }: Page): readonly string[] => {
  const rest = after === "" ? names : names.filter((name) => compareUtf8(name, after) > 0);
  return limit > 0 ? rest.slice(0, limit) : rest;
};
