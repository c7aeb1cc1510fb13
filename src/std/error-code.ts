import { memberOf } from "./member.ts";

/** The code of an error of Node's: `ENOENT`; empty for an error without one. */
export const codeOf = (cause: unknown): string => {
  const code = memberOf(cause, "code");
  return typeof code === "string" && /^\w{1,64}$/.test(code) ? code : "";
};
