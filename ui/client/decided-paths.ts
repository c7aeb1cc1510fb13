import { addressesOf, kvPathOf } from "./kv.ts";
import type { Operation } from "./rules.ts";
import type { MountShown } from "./session.ts";

/** Which paths decide over what people call one: a secret of version 2 is listed and read at different addresses. */

export const OPERATIONS = [
  "create",
  "read",
  "update",
  "patch",
  "delete",
  "list",
] as const satisfies readonly Operation[];

const PARTS = /^(data|metadata|detailed-metadata|subkeys|delete|undelete|destroy|config)(\/|$)/;

/** For each operation the path that the server judges. */
export const decidedPaths = (typed: string, mounts: readonly MountShown[]): ReadonlyMap<Operation, string> => {
  const path = typed.trim().replace(/^\/+/, "").replace(/^v1\//, "");
  const at = kvPathOf(mounts, path);
  if (!at || at.version === 1 || PARTS.test(at.path)) return new Map(OPERATIONS.map((operation) => [operation, path]));
  const { data, list } = addressesOf(at);
  return new Map(OPERATIONS.map((operation) => [operation, operation === "list" ? list : data]));
};
