import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import { unrunnable } from "../../go-template/index.ts";

/** `sandbox_path`: the folder below which `file` may read, links followed. */

/** Answers the path that was looked at, links followed, for the reader to open. Throws `TemplateError`. */
export const assertInSandbox = (sandbox: string | undefined, path: string): string => {
  if (sandbox === undefined || sandbox === "") return path;
  const real = realPath(path);
  const inside = relative(realPath(sandbox), real);
  const isInside = inside !== ".." && !inside.startsWith(`..${sep}`);
  return isInside ? real : unrunnable(`'${path}' is outside of sandbox`);
};

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return unrunnable(`'${path}' cannot be found in the sandbox`);
  }
};
