import type { AliasOf } from "./directory.ts";

/** `userpass/alias`, as people say it. */
export const signInName = ({ mountPath, name }: Pick<AliasOf, "mountPath" | "name">): string =>
  `${mountPath.replace(/^auth\//, "")}${name}`;
