/** The code of an error of Node's: `ENOENT`; empty for an error without one. */
export const codeOf = (cause: unknown): string => {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^\w{1,64}$/.test(code) ? code : "";
};
