import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { allRecords } from "../../framework/records.ts";
import { change } from "../../storage/change.ts";
import type { View } from "../../storage/store.ts";
import { roleAddress, zeroAddress } from "./addresses.ts";
import { CaRole, makeCaRole } from "./ca-role.ts";
import { makeOtpRole, OtpRole, rangesOf } from "./otp-role.ts";
import type { RoleInput } from "./role-fields.ts";
import { withoutRole } from "./zero-address.ts";

/** Roles of the mount. A write replaces the whole role. */

const Role = z.discriminatedUnion("key_type", [OtpRole, CaRole]);
export type Role = z.output<typeof Role>;

export const RoleList = z.object({
  keys: z.array(z.string()),
  key_info: z.record(z.string(), z.object({ key_type: z.string() })),
});

export const findRole = async (view: View, name: string): Promise<Role | undefined> => {
  const entry = await view.get(roleAddress(view, name));
  return entry && Role.parse(entry.body);
};

/** Every role with its name, in the order of names. */
export const allRoles = async (view: View): Promise<readonly (readonly [string, Role])[]> => {
  const found: (readonly [string, Role])[] = [];
  const records = allRecords(view, "role/", (name) => roleAddress(view, name));
  for await (const [name, { body }] of records) found.push([name, Role.parse(body)]);
  return found;
};

const makeRole = (input: RoleInput): Role => {
  rangesOf(input);
  const type = (input.key_type ?? "").toLowerCase();
  if (type === "") throw invalidRequest("missing key type");
  if (type === "otp") return makeOtpRole(input);
  if (type === "ca") return makeCaRole(input);
  if (type === "dynamic") throw invalidRequest("dynamic key type roles are no longer supported");
  throw invalidRequest("invalid key type");
};

export const writeRole = async (name: string, input: RoleInput, { storage }: BackendContext): Promise<undefined> => {
  await storage.write([{ op: "put", address: roleAddress(storage, name), body: makeRole(input), when: "any" }]);
};

/** Removes a role, and its name from those any address may use: a later role of that name does not inherit it. */
export const removeRole = async (name: string, { storage }: BackendContext): Promise<undefined> => {
  const remove = { op: "delete", address: roleAddress(storage, name), when: "any" } as const;
  return change(storage, zeroAddress(storage), async (entry) => {
    const body = entry && withoutRole(entry.body, name);
    if (body) return { op: "put", body, also: [remove], result: undefined };
    await storage.write([remove]);
    return { op: "leave", result: undefined };
  });
};
