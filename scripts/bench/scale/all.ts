import { entities, groups, member } from "./identity.ts";
import { below, ends } from "./leases.ts";
import { children, folders, secrets, versions } from "./lists.ts";
import { mounts } from "./mounts.ts";
import { policies, rules } from "./policies.ts";
import type { Series } from "./series.ts";
import { crowd, family } from "./tokens.ts";

/** Every series, in the order of the page. */
export const SERIES: readonly Series[] = [
  folders,
  children,
  secrets,
  versions,
  crowd,
  family,
  below,
  ends,
  policies,
  rules,
  member,
  groups,
  entities,
  mounts,
];
