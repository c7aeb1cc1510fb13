import { isIP } from "node:net";
import { SettingsError } from "../failure.ts";

/** Where a connection goes, whichever way its database writes it. */

export interface Host {
  readonly name: string;
  readonly port: number;
}

/** Longest connection string, before and after names and passwords are put in. */
export const MOST_CHARACTERS = 4096;
export const MASK = "xxxxx";

/** The text is never quoted: it may hold a password. */
export const refuse = (why: string): never => {
  throw new SettingsError(`cannot parse connection url: ${why}`);
};

/** `localhost`, or an address of this machine's own. */
export const isHere = ({ name }: Host): boolean =>
  name.toLowerCase() === "localhost" || (isIP(name) === 4 && name.startsWith("127.")) || name === "::1";
