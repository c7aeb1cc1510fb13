import { foldersAbove, type KvPath, nameOf } from "../../client/kv.ts";
import { hrefOf } from "../../routes.ts";
import { edit } from "../../texts/edit.ts";

/** The folders above a secret and the secret, or the folders down to one, as links. */

const bare = (name: string): string => (name.endsWith("/") ? name.slice(0, -1) : name);

export const crumbsOf = ({ mount, path }: KvPath) => [
  { label: edit.secrets, href: hrefOf("home") },
  { label: bare(mount), href: hrefOf("browse", mount) },
  ...foldersAbove(path.endsWith("/") ? `${path}x` : path).map((folder) => ({
    label: bare(nameOf(folder)),
    href: hrefOf("browse", mount + folder),
  })),
  ...(path === "" || path.endsWith("/") ? [] : [{ label: nameOf(path), href: hrefOf("browse", mount + path) }]),
];
