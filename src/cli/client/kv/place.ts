import { isJsonObject } from "../../../std/json.ts";
import { trimSlashes } from "../../../std/slashes.ts";
import type { Flags, FlagTable } from "../../flags.ts";
import { CommandFailure } from "../console.ts";
import { isStatus } from "../logical.ts";
import type { Session } from "../session.ts";

/** Where a KV secret is: its mount, which the server is asked for, and the path below it. */
export interface Place {
  /** Without a slash at its end. */
  readonly mount: string;
  readonly path: string;
  readonly version: 1 | 2;
}

export const MOUNT_FLAG: FlagTable = {
  mount: { kind: "text", value: "path", help: "The mount; the argument is then a path below it." },
};

/** The mount of a path, as the server names it; `undefined`: it does not know this question, or has no such mount. */
const mountOf = async (
  session: Session,
  path: string,
): Promise<{ readonly mount: string; readonly version: 1 | 2 } | undefined> => {
  try {
    const { secret } = await session.call({ method: "GET", path: `sys/internal/ui/mounts/${path}` });
    const mount = secret?.data?.["path"];
    const options = secret?.data?.["options"];
    const version = isJsonObject(options) && options["version"] === "2" ? 2 : 1;
    return typeof mount === "string" ? { mount: trimSlashes(mount), version } : undefined;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    if (isStatus(error, 403)) {
      throw new CommandFailure(
        `preflight capability check returned 403, please ensure client's policies grant access to path "${path}/"`,
        2,
      );
    }
    throw error;
  }
};

export const placeOf = async (session: Session, flags: Flags, [word = ""]: readonly string[]): Promise<Place> => {
  const given = trimSlashes(flags.text("mount") ?? "");
  const path = trimSlashes(word);
  const found = await mountOf(session, given === "" ? path : given);
  if (given !== "") return { mount: given, path, version: found?.version ?? 1 };
  if (found === undefined) return { mount: "", path, version: 1 };
  return { ...found, path: trimSlashes(path.slice(found.mount.length)) };
};

/** `secret/data/app`; of version 1 `secret/app`, whatever kind is asked for. */
export const pathIn = ({ mount, path, version }: Place, kind: string): string =>
  [mount, version === 2 ? kind : "", path].filter((part) => part !== "").join("/");

/** Throws where the mount keeps no versions. */
export const versioned = (place: Place, verb: string): Place => {
  if (place.version === 2) return place;
  throw new CommandFailure(`${verb} is not supported on KV engine version 1`);
};

/** `1,2,3`, and the flag may come again. */
export const versionsOf = (flags: Flags, needed: boolean): readonly string[] => {
  const versions = flags.texts("versions").flatMap((text) => text.split(",").map((one) => one.trim()));
  const wrong = versions.find((one) => !/^\d{1,15}$/.test(one));
  if (wrong !== undefined) throw new CommandFailure(`${JSON.stringify(wrong)} is not a version`);
  if (needed && versions.length === 0)
    throw new CommandFailure('No versions provided, use the "-versions" flag to specify the versions');
  return versions;
};
