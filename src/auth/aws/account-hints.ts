import { createBoundedMap } from "../../std/bounded-map.ts";
import type { Address, View } from "../../storage/store.ts";
import { namedRole } from "./roles.ts";
import { stsAccountAddress } from "./sts-accounts.ts";

/**
 * Which account's look-up role a login by a role will ask for, so that it is read with the first batch and not after
 * STS has answered. Only where to look is remembered, never what was found: a wrong hint costs a read, nothing more.
 */
export interface AccountHints {
  /** What to read for a login that names this role. */
  of(storage: View, role: unknown): readonly Address[];
  remember(storage: View, role: string, account: string): void;
}

const MOST = 1000;
const keyOf = (storage: View, role: string): string => `${storage.mount}\n${namedRole(role)}`;

export const accountHints = (): AccountHints => {
  const accounts = createBoundedMap<string, string>(MOST);
  return {
    of(storage, role) {
      const account = typeof role === "string" ? accounts.get(keyOf(storage, role)) : undefined;
      return account === undefined ? [] : [stsAccountAddress(storage, account)];
    },
    remember(storage, role, account) {
      accounts.set(keyOf(storage, role), account);
    },
  };
};
