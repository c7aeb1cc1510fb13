import type { MethodConfig } from "../../../../src/agent/config/model.ts";
import { attributeOf, type HclBody, parseHcl } from "../../../../src/hcl/hcl.ts";

/** A method's configuration from the text of its `config { }`; `undefined`: none was written. */
export const readConfig = (type: string, config: string | undefined, more = ""): MethodConfig => {
  const body: HclBody = parseHcl(config ?? "");
  const mount = attributeOf(parseHcl(more), "mount_path");
  return {
    type,
    mountPath: mount?.kind === "string" ? mount.value : `auth/${type}`,
    config: new Map(body.items.map(({ key, value }) => [key, value])),
    hasConfig: config !== undefined,
    wrapTtl: 0,
    minBackoff: 1000,
    maxBackoff: 300_000,
    exitOnError: false,
  };
};
