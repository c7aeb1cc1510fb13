import { makeMount } from "../../core/config/initialize.ts";
import { makeLaterKeys } from "../../core/config/rotation.ts";
import type { Core } from "../../core/core.ts";
import type { Mount } from "../../core/mounts/mount.ts";
import { purgeMount } from "../../core/mounts/purge.ts";
import { changeMounts, mountInTheWay, mountWrite } from "../../core/mounts/table.ts";
import { resolveType, versionsOf } from "../../core/mounts/types.ts";
import { backendOf, makeContext } from "../../core/request/context.ts";
import { invalidRequest } from "../../framework/index.ts";
import { cut, shown } from "../../std/shown.ts";
import { configOf, type EnableGiven } from "./mount-input.ts";

/** Enabling: what both `sys/mounts` and `sys/auth` do. */

/** The longest and deepest path to mount at: there must be room below it for the paths of the backend. */
const MAX_SEGMENTS = 10;

const typeGiven = (given: EnableGiven): string => {
  const type = given.type ?? "";
  if (type === "") throw invalidRequest("backend type must be specified as a string");
  if (type !== "plugin") return type;
  const name = given.plugin_name ?? "";
  if (name === "") throw invalidRequest("plugin_name must be provided for plugin backend");
  return name;
};

const notInCatalog = (type: string, version: string | undefined): Error =>
  invalidRequest(
    `plugin not found in the catalog: ${cut(type)}${version === undefined || version === "" ? "" : `, version=${cut(version)}`}`,
  );

const optionsOf = (
  core: Core,
  kind: Mount["kind"],
  name: string,
  given: EnableGiven,
): { readonly type: string; readonly options: Readonly<Record<string, string>> } => {
  const resolved = resolveType(core.catalog, kind, name);
  if (!resolved || (given.plugin_version ?? "") !== "") throw notInCatalog(name, given.plugin_version);
  const { type } = resolved;
  const options = { ...given.options, ...resolved.options };
  const versions = versionsOf(core.catalog, kind, type);
  const version = options["version"] ?? "";
  if (version !== "" && versions.length === 0) {
    const what = kind === "auth" ? "auth method" : "secrets engine";
    throw invalidRequest(`${what} ${shown(type)} does not allow setting a version`);
  }
  if (version !== "" && !versions.includes(version)) {
    throw invalidRequest(`nil backend of type ${shown(type)} returned from factory`);
  }
  return { type, options };
};

export const enable = async (
  core: Core,
  kind: Mount["kind"],
  path: string,
  given: EnableGiven,
  reserved: (type: string) => void,
): Promise<void> => {
  const config = configOf(given.config, kind);
  const name = typeGiven(given);
  reserved(name);
  const { type, options } = optionsOf(core, kind, name, given);
  if (path.split("/").some((segment, index, all) => segment.trim() === "" && index < all.length - 1)) {
    throw invalidRequest("a mount path cannot have a segment of white space");
  }
  if (path.split("/").length > MAX_SEGMENTS)
    throw invalidRequest(`mount paths have at most ${MAX_SEGMENTS - 1} segments`);
  const mount = makeMount(core.random, {
    kind,
    type,
    path,
    description: given.description ?? "",
    options,
    config,
    local: given.local ?? false,
    sealWrap: given.seal_wrap ?? false,
    externalEntropyAccess: given.external_entropy_access ?? false,
  });
  const refuseTaken = (other: Mount | undefined): void => {
    if (!other) return;
    const where = kind === "auth" ? other.info.path.replace(/^auth\//, "") : other.info.path;
    throw invalidRequest(`path is already in use at ${cut(where)}`);
  };
  refuseTaken(mountInTheWay(await core.config.snapshot(), path));
  // The keys are made only here: everything that uses the mount just reads them.
  await core.store.makeKeys(mount.info.id);
  await makeLaterKeys(core);
  const { onMount } = (await backendOf(core, mount)) ?? {};
  try {
    // The hook may store something of its own. It runs before the mount answers, so that no request meets it half made.
    if (onMount) await onMount(await makeContext(core, mount, { generatePassword: core.passwords.generate }));
    await changeMounts(core, async (snapshot) => {
      refuseTaken(mountInTheWay(snapshot, path));
      return [await mountWrite(core, mount, "absent")];
    });
  } catch (cause) {
    if (onMount) await purgeMount(core, mount.info.id, Number.POSITIVE_INFINITY);
    throw cause;
  }
};
