import { many } from "./many.ts";

/** Words of the page of what expires soon. */
export const expiring = {
  title: "Expiring soon",
  locale: "en-GB",
  about: "Taken from metadata: when the server deletes a version, and dates noted as expires_at. Values are not read.",
  within: "Within days",
  horizons: { "7": "7", "30": "30", "90": "90", all: "All" },
  over: "Over",
  today: "Today",
  tomorrow: "Tomorrow",
  why: {
    deleted: "the server deletes it",
    noted: "noted as expires_at",
    lease: "lease",
    session: "your sign-in",
  },
  session: "Your sign-in",
  none: "Nothing that you may see ends in this time.",
  noneYet: "Nothing found yet.",
  seen: (seen: number, known: number) => `${seen} of ${known} folders seen`,
  denied: (count: number) => `${count} you may not list`,
  unread: (count: number) => `${many(count, "secret", "secrets")} without metadata that you may read`,
  limited: "There is more to look at.",
  failed: "It stopped before its end: the server did not answer.",
  goOn: "Go on",
  found: (count: number) => `${many(count, "end", "ends")} found`,
} as const;
