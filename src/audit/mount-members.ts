import { member, put } from "./members.ts";
import type { Style } from "./style.ts";
import type { AuditedMount } from "./types.ts";

/** Members of a line that tell the mount. */

/** What the accessor of a mount says of its type; the mount's class is in its path. */
export const typeInAccessor = (accessor: string, isAuth: boolean): string => {
  const end = accessor.lastIndexOf("_");
  return accessor.slice(isAuth && accessor.startsWith("auth_") ? "auth_".length : 0, Math.max(end, 0));
};

export const isAuthPath = (path: string): boolean => path.startsWith("auth/");

const writeMount = ({ info, kind }: AuditedMount, style: Style): string => {
  const isAuth = isAuthPath(info.path);
  const type = member("mount_type", style.text(info.type));
  const accessor = member("mount_accessor", style.text(info.accessor));
  const point = member("mount_point", style.text(info.path));
  if (!style.compact) return point + type + accessor + put("mount_class", `"${kind}"`);
  const told = typeInAccessor(info.accessor, isAuth) === info.type;
  return point + (told ? "" : type) + accessor + ((kind === "auth") === isAuth ? "" : put("mount_class", `"${kind}"`));
};

/** A mount's members are the same on every line: by mount, and by whether the line is compact. */
const written = [new WeakMap<AuditedMount, string>(), new WeakMap<AuditedMount, string>()] as const;

export const mountMembers = (mount: AuditedMount | undefined, style: Style): string => {
  if (!mount) return "";
  const known = written[style.compact ? 1 : 0];
  const text = known.get(mount) ?? writeMount(mount, style);
  known.set(mount, text);
  return text;
};
