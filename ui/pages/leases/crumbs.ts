import { hrefOf } from "../../routes.ts";
import { leases } from "../../texts/leases.ts";

/** Where a lease or a folder of leases is. */
export const crumbsOf = (path: string) => {
  if (path === "") return [];
  const parts = path.replace(/\/$/, "").split("/");
  const above = parts.slice(0, -1).map((part, index) => ({
    label: `${part}/`,
    href: hrefOf("leases", `${parts.slice(0, index + 1).join("/")}/`),
  }));
  return [{ label: leases.title, href: hrefOf("leases") }, ...above, { label: parts.at(-1) ?? "" }];
};
