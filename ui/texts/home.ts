import { many } from "./many.ts";

/** Words of the home page. */

const TYPES: Readonly<Record<string, string>> = {
  kv: "key/value",
  generic: "key/value",
  cubbyhole: "your own, until you sign out",
  database: "database credentials",
  aws: "AWS credentials",
  pki: "certificates",
  ssh: "SSH certificates",
  totp: "one-time codes",
  transit: "encryption",
};

export const home = {
  title: "Secrets",
  search: "Search",
  hint: "Letters of a name or a folder. Enter opens the first.",
  results: "Found",
  mounts: "Mounts",
  lately: "Opened recently",
  noMounts: "There is nothing here that your policies let you see.",
  nothing: (denied: number) =>
    denied > 0 ? "No name that you may list has these letters." : "No name has these letters.",
  guess: "There are folders that you may not list, and may open by a name that you know:",
  guesses: "Names to try",
  nothingYet: "Nothing found yet.",
  goOn: "Go on",
  found: (count: number) => `${many(count, "name", "names")} found`,
  shownOf: (shown: number, total: number) => `The first ${shown} of ${total}. More letters narrow it down.`,
  seen: (seen: number, known: number) => `${seen} of ${known} folders seen`,
  denied: (count: number) => `${count} you may not list`,
  limited: "There are more folders.",
  failed: "The search stopped before its end: the server did not answer.",
  typeOf: (type: string, version: 1 | 2 | undefined) => {
    const known = TYPES[type] ?? type;
    return version === 2 ? `${known}, with history` : known;
  },
} as const;
