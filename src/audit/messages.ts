import { JsonNumber } from "../std/json.ts";
import type { Hash } from "./style.ts";

/**
 * Errors and warnings as a line may show them. Vault's texts quote what was wrong with a field, so a misplaced secret
 * would be in the log: whatever part of a message came from the request's values is hashed.
 */

/** Texts shorter than this are replaced only where they are quoted: they would be found in any sentence. */
const WORD = 4;

const leaves = (value: unknown, found: Set<string>): Set<string> => {
  if (typeof value === "string") found.add(value);
  else if (typeof value === "number" || value instanceof JsonNumber) found.add(String(value));
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) leaves(item, found);
  return found;
};

const spellings = (text: string): readonly string[] => [
  ...new Set([text, text.trim(), text.toLowerCase(), JSON.stringify(text).slice(1, -1)]),
];

const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;

/** The names of fields that messages quote along with the values. */
const FIELD = /for field "[^"]*"/g;

export interface Message {
  readonly text: string;
  /** The request's data: what may have been quoted. */
  readonly data: unknown;
  /** In the line anyway. */
  readonly path: string;
}

export const redactMessage = ({ text, data, path }: Message, hash: Hash): string => {
  const values = [...leaves(data, new Set<string>())].filter((value) => value !== "");
  if (values.length === 0) return text;
  let out = text;
  const long = values.filter((value) => value.trim().length >= WORD && !path.includes(value));
  for (const value of long.sort((a, b) => b.length - a.length)) {
    const digest = hash(value);
    for (const spelling of spellings(value)) if (out.includes(spelling)) out = out.replaceAll(spelling, digest);
  }
  const fields = new Set([...text.matchAll(FIELD)].map(([field]) => field.slice('for field "'.length, -1)));
  return out.replace(QUOTED, (whole: string, double: string | undefined, single: string | undefined) => {
    const quoted = double ?? single ?? "";
    if (quoted === "" || path.includes(quoted) || fields.has(quoted) || quoted.startsWith("hmac-sha256:")) return whole;
    // Part of a value too: messages cut long ones, and lists are split before they are checked.
    const cut = quoted.replace(/\.\.\.$/, "").toLowerCase();
    const came = values.some((value) => spellings(value).some((one) => one.toLowerCase().includes(cut)));
    return came ? `${whole[0]}${hash(quoted)}${whole[0]}` : whole;
  });
};
