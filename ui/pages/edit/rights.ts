import { addressesOf, type KvPath } from "../../client/kv.ts";
import type { Capability } from "../../client/session.ts";
import type { Found } from "./reading.ts";

/** How a caller may save, of what they found. */

export type How = "write" | "patch" | "none";

export type May = (path: string, capability: Capability) => boolean;

/**
 * The server asks for `create` where nothing is stored yet, else for `update`. What may not be read may be either, so
 * `create` alone is tried: the server refuses if something is there.
 */
export const howToSave = (at: KvPath, found: Found, may: May): How => {
  const { data } = addressesOf(at);
  if (found.is === "absent") return may(data, "create") ? "write" : "none";
  if (may(data, "update")) return "write";
  if (found.is !== "deleted" && at.version === 2 && may(data, "patch")) return "patch";
  return found.is === "unread" && may(data, "create") ? "write" : "none";
};

export const maySetExpiry = (at: KvPath, may: May): boolean => {
  const where = addressesOf(at);
  return where.version === 2 && (may(where.metadata, "update") || may(where.metadata, "create"));
};

/** Whether only a secret that is not there can be written: what is unread must be taken for absent. */
export const onlyNew = (at: KvPath, found: Found, may: May): boolean =>
  found.is === "unread" && !may(addressesOf(at).data, "update") && !may(addressesOf(at).data, "patch");
