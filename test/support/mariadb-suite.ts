import { describe } from "@jest/globals";
import { hasMariadb } from "./mariadb.ts";

/** `describe` for what needs a real MariaDB, or a skip that says what is missing. */
export const describeMariadb = (name: string, tests: () => void): void =>
  hasMariadb ? describe(name, tests) : describe.skip(`${name} (skipped: there is no mariadbd on this machine)`, tests);
