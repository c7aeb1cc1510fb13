import { field } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Address, View } from "../../storage/store.ts";
import { configAddress } from "./config.ts";
import { keyAddress, versionAddress } from "./keys.ts";

type Key = { readonly params: { readonly path: string } };

/** What an operation on a key reads together with the token. */
export const keyOnly = ({ params }: Key, view: View): readonly Address[] => [keyAddress(view, params.path)];

const integer = field.integer("");
const versionIn = ({ version }: JsonObject): number | undefined =>
  version === undefined ? undefined : integer.safeParse(version).data;

/** The key, and the item of the version asked for, which is needed unless that is the latest. */
export const keyAndVersion = ({ params, data }: Key & { readonly data: JsonObject }, view: View) => {
  const version = versionIn(data);
  const key = keyAddress(view, params.path);
  return version !== undefined && version > 0 ? [key, versionAddress(view, params.path, version)] : [key];
};

export const keyAndConfig = ({ params }: Key, view: View): readonly Address[] => [
  keyAddress(view, params.path),
  configAddress(view),
];

export const keyParams = { path: "path of the key" };
