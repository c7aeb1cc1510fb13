import { foldersAbove, type KvPath, nameOf } from "../../client/kv.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";

/** Where a folder or a secret is, as links to what is above it. */

const bare = (name: string): string => (name.endsWith("/") ? name.slice(0, -1) : name);

export const crumbsOf = ({ mount, path }: KvPath) => {
  const above = path === "" ? [] : [{ label: bare(mount), href: hrefOf("browse", mount) }];
  const folders = foldersAbove(path).map((folder) => ({
    label: bare(nameOf(folder)),
    href: hrefOf("browse", mount + folder),
  }));
  return [{ label: browse.secrets, href: hrefOf("home") }, ...above, ...folders];
};

/** The name of what is at the path; at the top, the mount's. */
export const titleOf = ({ mount, path }: KvPath): string => bare(path === "" ? mount : nameOf(path));
