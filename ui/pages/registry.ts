import type { PageName } from "../routes.ts";
import type { PageComponent } from "./page.ts";

/** A page is loaded when it is first opened. `open`: seen without signing in. */

export interface PageEntry {
  readonly load: () => Promise<{ readonly default: PageComponent }>;
  readonly open?: true;
}

export const PAGE_ENTRIES: Readonly<Record<PageName, PageEntry>> = {
  home: { load: () => import("./home/index.tsx") },
  "sign-in": { load: () => import("./sign-in/index.tsx"), open: true },
  browse: { load: () => import("./browse/index.tsx") },
  new: { load: () => import("./edit/new.tsx") },
  edit: { load: () => import("./edit/index.tsx") },
  share: { load: () => import("./share/index.tsx") },
  open: { load: () => import("./open/index.tsx"), open: true },
  me: { load: () => import("./me/index.tsx") },
  credentials: { load: () => import("./credentials/index.tsx") },
  leases: { load: () => import("./leases/index.tsx") },
  access: { load: () => import("./access/index.tsx") },
  policies: { load: () => import("./policies/index.tsx") },
  audit: { load: () => import("./audit/index.tsx") },
  mounts: { load: () => import("./mounts/index.tsx") },
  machines: { load: () => import("./machines/index.tsx") },
  expiring: { load: () => import("./expiring/index.tsx") },
  status: { load: () => import("./status/index.tsx") },
  onboard: { load: () => import("./onboard/index.tsx") },
  authorize: { load: () => import("./authorize/index.tsx") },
  api: { load: () => import("./api/index.tsx") },
};
