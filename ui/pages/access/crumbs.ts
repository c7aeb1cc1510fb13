import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";

/** From Access to one of its tabs, and to the mount where there is one. */
export const crumbsTo = (tab: keyof typeof access.tabs, mount?: string) => [
  { label: access.title, href: hrefOf("access") },
  { label: access.tabs[tab], href: hrefOf("access", "", { tab }) },
  ...(mount === undefined ? [] : [{ label: mount }]),
];
