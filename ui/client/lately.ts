import { useSession, type Who } from "./session.ts";
import { personKey } from "./who.ts";

/** Paths of secrets that were opened in this tab, newest first: names, in memory only, of one person. */

const MOST = 8;
let owner = "";
let paths: readonly string[] = [];

export const noteOpened = (who: Who, path: string): void => {
  const before = personKey(who) === owner ? paths : [];
  owner = personKey(who);
  paths = [path, ...before.filter((other) => other !== path)].slice(0, MOST);
};

export const forgetOpened = (path: string): void => {
  paths = paths.filter((other) => other !== path);
};

export const useLately = (): readonly string[] => {
  const { who } = useSession();
  return personKey(who) === owner ? paths : [];
};
