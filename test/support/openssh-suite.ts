import { describe } from "@jest/globals";
import { programPath } from "./openssh.ts";

/** A suite that needs some of OpenSSH's programs; skipped, and says so, where one is missing. */
export const withOpenSsh = (name: string, programs: readonly string[], tests: () => void): void => {
  const missing = programs.filter((program) => programPath(program) === undefined);
  if (missing.length === 0) describe(name, tests);
  else describe.skip(`${name} (skipped: there is no ${missing.join(", no ")} on this machine)`, tests);
};
