import { useMemo } from "preact/hooks";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { useCapabilities } from "../../client/session.ts";
import type { May } from "./rights.ts";

/** What the caller may do with a secret, by one question for all that this room does. `undefined`: not known yet. */
export const useMay = (at: KvPath): May | undefined => {
  const paths = useMemo(() => {
    const where = addressesOf(at);
    return where.version === 2 ? [where.data, where.metadata, where.subkeys] : [where.data];
  }, [at]);
  const known = useCapabilities(paths);
  return useMemo(() => known && ((path, capability) => known.get(path)?.has(capability) ?? false), [known]);
};
