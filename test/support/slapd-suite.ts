import { describe } from "@jest/globals";
import { hasSlapd } from "./slapd.ts";

/** `describe` for what needs a real directory, or a skip that says what is missing. */
export const describeSlapd = (name: string, tests: () => void): void =>
  hasSlapd ? describe(name, tests) : describe.skip(`${name} (skipped: there is no slapd on this machine)`, tests);
