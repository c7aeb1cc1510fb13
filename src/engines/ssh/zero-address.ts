import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import type { JsonValue } from "../../std/json.ts";
import { shown } from "../../std/shown.ts";
import { ConditionFailed, type View } from "../../storage/store.ts";
import { roleAddress, zeroAddress } from "./addresses.ts";

/** Roles for which any address will do (`config/zeroaddress`): their ranges are not looked at. */

export const ZeroAddress = z.object({ roles: z.array(z.string()) });
type ZeroAddress = z.output<typeof ZeroAddress>;

/** As many as fit one transaction with the list itself. */
const MOST_ROLES = 99;

export const readZeroAddress = async (view: View): Promise<ZeroAddress | undefined> => {
  const entry = await view.get(zeroAddress(view));
  return entry && ZeroAddress.parse(entry.body);
};

/** The list without a role; `undefined` where it does not name it. */
export const withoutRole = (body: JsonValue, name: string): ZeroAddress | undefined => {
  const { roles } = ZeroAddress.parse(body);
  return roles.includes(name) ? { roles: roles.filter((role) => role !== name) } : undefined;
};

/** Replaces the list. Each of its roles exists at the moment of the write. Throws with Vault's texts. */
export const writeZeroAddress = async (given: readonly string[], { storage }: BackendContext): Promise<undefined> => {
  const roles = [...new Set(given.filter((name) => name !== ""))];
  if (roles.length === 0) throw invalidRequest("Missing roles");
  if (roles.length > MOST_ROLES) throw invalidRequest(`roles holds more than ${MOST_ROLES} names`);
  const checks = roles.map((name) => ({ op: "check", address: roleAddress(storage, name), when: "present" }) as const);
  try {
    await storage.write([...checks, { op: "put", address: zeroAddress(storage), body: { roles }, when: "any" }]);
  } catch (cause) {
    const missing =
      cause instanceof ConditionFailed ? roles.find((_, index) => checks[index] === cause.write) : undefined;
    if (missing === undefined) throw cause;
    throw invalidRequest(`Role ${shown(missing)} does not exist`, { cause });
  }
};

export const removeZeroAddress = async ({ storage }: BackendContext): Promise<undefined> => {
  await storage.write([{ op: "delete", address: zeroAddress(storage), when: "any" }]);
};
