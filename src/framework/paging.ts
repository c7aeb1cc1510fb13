import { z } from "zod";
import { integer, text } from "./fields.ts";

/** Part of a listing, as OpenBao's `after` and `limit` ask for it. */

export const pageFields = {
  after: text("Start after this name (from OpenBao)."),
  limit: integer("Maximum number of names; 0 or less: all (from OpenBao)."),
};
export const PageInput = z.object(pageFields);
type Page = Partial<z.output<typeof PageInput>>;

const follows = (name: string, after: string): boolean => Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0;

/** Of sorted names, those that were asked for. `after` need not be among them. */
export const pageOf = (names: readonly string[], { after = "", limit = 0 }: Page): readonly string[] => {
  const rest = after === "" ? names : names.filter((name) => follows(name, after));
  return limit > 0 ? rest.slice(0, limit) : rest;
};
