import { invalidRequest } from "../../../../framework/index.ts";
import { type KeyVersion, shownVersions, type TransitKey } from "../../model.ts";

/** The number a caller names: `latest`, `3` or `v3`. Throws with Vault's texts. */
const numberOf = ({ stored }: TransitKey, version: string): number => {
  if (version === "latest") return stored.latest;
  const text = version.replace(/^v/, "");
  if (!/^[+-]?\d{1,15}$/.test(text)) throw invalidRequest("invalid key version");
  const number = Number(text);
  if (number < stored.minDecryption) throw invalidRequest("version for export is below minimum decryption version");
  return number;
};

/** The versions of a key that are to be exported: the one named, or all that may still decrypt. */
export const exportedVersions = async (
  key: TransitKey,
  version: string | undefined,
): Promise<ReadonlyMap<number, KeyVersion>> => {
  if (version === undefined) return key.versions(shownVersions(key.stored));
  const found = await key.versions([numberOf(key, version)]);
  if (found.size === 0) throw invalidRequest("version does not exist or cannot be found");
  return found;
};
