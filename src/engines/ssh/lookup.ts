import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { canonicalAddress } from "../../std/cidr.ts";
import { holds } from "./otp-role.ts";
import { allRoles } from "./roles.ts";
import { readZeroAddress } from "./zero-address.ts";

/**
 * The roles that may serve an address: those whose ranges hold it, then those for any address. What a role excludes, and
 * what the caller may use, is not asked here.
 */
export const rolesFor = async (given: string, { storage }: BackendContext): Promise<readonly string[]> => {
  if (given === "") throw invalidRequest("Missing ip");
  const ip = canonicalAddress(given);
  // What Vault prints for an address it could not read.
  if (ip === undefined) throw invalidRequest('Invalid IP "<nil>"');
  const roles = await allRoles(storage);
  const matching = roles.filter(([, role]) => role.key_type === "otp" && holds(role, ip)).map(([name]) => name);
  return [...matching, ...((await readZeroAddress(storage))?.roles ?? [])];
};
