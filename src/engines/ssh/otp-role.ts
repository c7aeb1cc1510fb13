import { z } from "zod";
import { invalidRequest } from "../../framework/index.ts";
import { inCidrs, isCidr } from "../../std/cidr.ts";
import { shown } from "../../std/shown.ts";
import { commaItems } from "./lists.ts";
import type { RoleInput } from "./role-fields.ts";

/** Roles of type `otp`: for which users and addresses one-time passwords are made. An empty list admits nobody. */

export const OtpRole = z.object({
  key_type: z.literal("otp"),
  default_user: z.string(),
  allowed_users: z.string(),
  cidr_list: z.string(),
  exclude_cidr_list: z.string(),
  port: z.number(),
});
export type OtpRole = z.output<typeof OtpRole>;

const SSH_PORT = 22;
const LAST_PORT = 65_535;

const checkRanges = (field: string, text: string): string => {
  const wrong = text === "" ? undefined : text.split(",").find((item) => !isCidr(item.trim()));
  if (wrong === undefined) return text;
  throw invalidRequest(`failed to validate ${field}: invalid CIDR ${shown(wrong.trim())}`, { multi: true });
};

/** The ranges of any role's input, which are checked before its type. Throws with Vault's texts. */
export const rangesOf = (input: RoleInput): Pick<OtpRole, "cidr_list" | "exclude_cidr_list"> => ({
  cidr_list: checkRanges("cidr_list", input.cidr_list ?? ""),
  exclude_cidr_list: checkRanges("exclude_cidr_list entry", input.exclude_cidr_list ?? ""),
});

const portOf = (port: number): number => {
  if (port === 0) return SSH_PORT;
  if (port > 0 && port <= LAST_PORT) return port;
  throw invalidRequest(`port must be between 1 and ${LAST_PORT}`);
};

export const makeOtpRole = (input: RoleInput): OtpRole => {
  const { default_user = "", allowed_users = "", port = 0 } = input;
  if (default_user === "") throw invalidRequest("missing default user");
  return { key_type: "otp", default_user, allowed_users, ...rangesOf(input), port: portOf(port) };
};

/** What a role of any type says about users and addresses. */
interface Admission {
  readonly default_user: string;
  readonly allowed_users: string;
  readonly cidr_list?: string;
  readonly exclude_cidr_list?: string;
}

/** The user a password is for. Throws with Vault's texts. */
export const userFor = (role: Admission, asked: string): string => {
  const username = asked === "" ? role.default_user : asked;
  if (username === "") throw invalidRequest("No default username registered. Use 'username' option");
  if (username === role.default_user || role.allowed_users === "*") return username;
  if (role.allowed_users === "") {
    throw invalidRequest("Username has to be either in allowed users list or has to be a default username");
  }
  if (commaItems(role.allowed_users).includes(username)) return username;
  throw invalidRequest("Username is not present is allowed users list");
};

/** Whether the ranges of a role hold an address, whatever it excludes. */
export const holds = ({ cidr_list = "" }: Admission, ip: string): boolean => inCidrs(ip, commaItems(cidr_list));

const excludes = ({ exclude_cidr_list = "" }: Admission, ip: string): boolean =>
  inCidrs(ip, commaItems(exclude_cidr_list));

/** Throws unless the role's ranges admit a canonical address. */
export const checkAddress = (role: Admission, ip: string): void => {
  if (holds(role, ip) && !excludes(role, ip)) return;
  throw invalidRequest("Error validating IP: IP does not belong to role");
};

export const roleNotFound = (name: string): Error => invalidRequest(`Role ${shown(name)} not found`);
