import type { z } from "zod";
import { type BackendContext, invalidRequest } from "../../../../framework/index.ts";
import type { Sensitive } from "../../../../std/sensitive.ts";
import { cut } from "../../../../std/shown.ts";
import type { Address, View } from "../../../../storage/store.ts";
import { type KeyVersion, keyAddress } from "../../model.ts";
import { findKey } from "../find.ts";
import { kindOf } from "../kinds.ts";
import { privateBytes } from "../material.ts";
import { refused } from "../refused.ts";
import type { Exported } from "./export.ts";
import { exportedVersions } from "./which-versions.ts";
import { oaepHash, wrapKey } from "./wrapped.ts";

/** Keys wrapped for another system: for whoever holds the private half of an RSA key of this mount. */

export interface Passage {
  readonly source: string;
  readonly destination: string;
  readonly version?: string | undefined;
  readonly hash?: string | undefined;
}

/** What it reads together with the token. */
export const passagePrefetch = (
  { params }: { readonly params: { readonly source: string; readonly destination: string } },
  view: View,
): readonly Address[] =>
  params.source === params.destination
    ? [keyAddress(view, params.source)]
    : [keyAddress(view, params.destination), keyAddress(view, params.source)];

const secretOf = ({ secret, privateKey, hmac, publicKey }: KeyVersion): Sensitive<Uint8Array> => {
  if (privateKey) return privateBytes(privateKey);
  if (publicKey) throw refused("private key not imported for key version selected");
  // Of type `hmac` the HMAC secret is the key.
  return secret ?? hmac;
};

/** Each version of the source, wrapped for the destination's latest version. Throws with Vault's texts. */
export const wrapForOther = async (
  { source, destination, version, hash: named = "SHA256" }: Passage,
  cx: BackendContext,
): Promise<z.output<typeof Exported>> => {
  const target = await findKey(destination, cx);
  if (!target) throw refused("no such destination key to export to");
  const key = await findKey(source, cx);
  if (!key) throw refused("no such source key for export");
  if (!key.stored.exportable) throw invalidRequest("key is not exportable");
  const hash = oaepHash(named);
  if (hash === undefined) throw refused(`unknown hash function: ${cut(named)}`);
  const versions = await exportedVersions(key, version);
  const wrappingKey = (await target.version(target.stored.latest))?.publicKey;
  const { type } = target.stored;
  if (!kindOf(type).signs) throw refused(`message signing not supported for key type ${type}`);
  if (wrappingKey?.asymmetricKeyType !== "rsa") throw refused("unsupported key type in use; must be a rsa key");
  const keys = [...versions].map(([number, one]) => [
    String(number),
    wrapKey(secretOf(one), wrappingKey, hash, cx.random),
  ]);
  return { name: key.stored.name, type: key.stored.type, keys: Object.fromEntries(keys) };
};
