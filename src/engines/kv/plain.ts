import { type BackendContext, type DataReply, invalidRequest } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";
import { DurationError, parseDuration, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import type { Write } from "../../storage/store.ts";
import { keyAddress, removeFolder } from "./keys.ts";
import { packPlain, unpackPlain } from "./record.ts";

/** KV version 1: one value for each path, replaced as a whole. */

const durationOf = (value: JsonValue): Seconds | undefined => {
  if (value === null) return seconds(0);
  const text = value instanceof JsonNumber || typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  try {
    return seconds(Math.max(0, parseDuration(text)));
  } catch (cause) {
    if (cause instanceof DurationError) return undefined;
    throw cause;
  }
};

/** The `ttl` a secret carries, else its `lease`; `undefined` when it has none that can be read. */
const ttlOf = (data: JsonObject): Seconds | undefined => {
  const name = ["ttl", "lease"].find((field) => Object.hasOwn(data, field));
  return name === undefined ? undefined : durationOf(data[name] ?? null);
};

const isFolder = (path: string): boolean => path === "" || path.endsWith("/");

/** No lease is made; `lease_duration` tells the client when to look again: the secret's own ttl or the mount's. */
export const readPlain = async (path: string, cx: BackendContext): Promise<DataReply<JsonObject> | undefined> => {
  if (isFolder(path)) return undefined;
  const entry = await cx.storage.get(keyAddress(cx.storage, path));
  if (entry === undefined) return undefined;
  const data = unpackPlain(entry.body);
  return { data, leaseDuration: ttlOf(data) ?? cx.mount.defaultTtl };
};

/** The last write wins. Throws `invalid_request` for an empty body. Cost: one write. */
export const writePlain = async (path: string, data: JsonObject, cx: BackendContext): Promise<undefined> => {
  if (path === "") throw invalidRequest("missing path");
  if (Object.keys(data).length === 0) throw invalidRequest("missing data fields");
  const { storage } = cx;
  const address = keyAddress(storage, path);
  const body = packPlain(data, cx.clock.now());
  const both: readonly Write[] = [
    { op: "put", address, body, when: "any" },
    { op: "put", address: storage.listing(path), body: null, when: "any" },
  ];
  if ((await storage.get(address)) === undefined) {
    await cx.crash("kv.write.create", () => storage.write(both));
    return undefined;
  }
  const updated = await cx.crash("kv.write.update", () =>
    tryWrite(storage, [{ op: "put", address, body, when: "present" }]),
  );
  // Deleted since it was read, and its listing entry with it.
  if (!updated) await cx.crash("kv.write.create", () => storage.write(both));
  return undefined;
};

export const removePlain = async (path: string, cx: BackendContext): Promise<undefined> => {
  const { storage } = cx;
  if (isFolder(path)) return removeFolder(path, cx);
  await cx.crash("kv.write.delete", () =>
    storage.write([
      { op: "delete", address: keyAddress(storage, path), when: "any" },
      { op: "delete", address: storage.listing(path), when: "any" },
    ]),
  );
  return undefined;
};
