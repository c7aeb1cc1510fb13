import { hrefOf } from "../routes.ts";
import { shell } from "../texts/shell.ts";
import { foldersAbove, type KvPath, nameOf } from "./kv.ts";

/** Where a folder or a secret is, in words and as links. */

const bare = (name: string): string => (name.endsWith("/") ? name.slice(0, -1) : name);

/** The name of what is at the path; at the top, the mount's. */
export const titleOf = ({ mount, path }: KvPath): string => bare(path === "" ? mount : nameOf(path));

/** What is above it. */
export const crumbsAbove = ({ mount, path }: KvPath) => [
  { label: shell.pages.home, href: hrefOf("home") },
  ...(path === "" ? [] : [{ label: bare(mount), href: hrefOf("browse", mount) }]),
  ...foldersAbove(path).map((folder) => ({ label: bare(nameOf(folder)), href: hrefOf("browse", mount + folder) })),
];

/** What is above it, and itself: for pages about it. */
export const crumbsTo = (at: KvPath) => [
  ...crumbsAbove(at),
  { label: titleOf(at), href: hrefOf("browse", at.mount + at.path) },
];
