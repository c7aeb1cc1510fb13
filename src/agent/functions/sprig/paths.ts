import { func1, STRING, type TemplateFunction } from "../../../go-template/index.ts";

/** Go's `path`; `filepath` is the same where paths have slashes. */

export const clean = (path: string): string => {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push(part);
  }
  const joined = kept.join("/");
  return rooted ? `/${joined}` : joined || ".";
};

const base = (path: string): string => {
  if (path === "") return ".";
  const parts = path.split("/").filter((part) => part !== "");
  return parts.at(-1) ?? "/";
};

const dir = (path: string): string => clean(path.slice(0, path.lastIndexOf("/") + 1));

const ext = (path: string): string => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const point = name.lastIndexOf(".");
  return point < 0 ? "" : name.slice(point);
};

const isAbs = (path: string): boolean => path.startsWith("/");

export const PATHS: Readonly<Record<string, TemplateFunction>> = {
  base: func1(STRING, base),
  dir: func1(STRING, dir),
  clean: func1(STRING, clean),
  ext: func1(STRING, ext),
  isAbs: func1(STRING, isAbs),
  osBase: func1(STRING, base),
  osDir: func1(STRING, dir),
  osClean: func1(STRING, clean),
  osExt: func1(STRING, ext),
  osIsAbs: func1(STRING, isAbs),
};
