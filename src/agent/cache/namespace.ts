import { trimSlashes } from "../../std/slashes.ts";
import type { Asked } from "../proxy/index.ts";

/** `root/`, or `team/` for `team` and `/team/`: one spelling for each. */
export const canonicalNamespace = (name: string | undefined): string => {
  const bare = trimSlashes(name ?? "");
  return bare === "" ? "root/" : `${bare}/`;
};

export const namespaceOf = ({ fields }: Pick<Asked, "fields">, usual: string | undefined): string =>
  canonicalNamespace(fields.get("x-vault-namespace")?.[0] ?? usual);

/** For a call of the agent's own; `undefined`: the root. */
export const callNamespace = (canonical: string): string | undefined => (canonical === "root/" ? undefined : canonical);
