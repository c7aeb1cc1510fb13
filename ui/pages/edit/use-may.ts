import { useMemo, useRef } from "preact/hooks";
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
  // While they are asked for again, after a lock, what is being edited stays.
  const last = useRef(known);
  last.current = known ?? last.current;
  const held = last.current;
  return useMemo(() => held && ((path, capability) => held.get(path)?.has(capability) ?? false), [held]);
};
