import { z } from "zod";
import { type BackendContext, type DataReply, invalidRequest, type LeaseType } from "../../framework/index.ts";
import { canonicalAddress } from "../../std/cidr.ts";
import type { JsonValue } from "../../std/json.ts";
import { uuid } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import type { Address, View } from "../../storage/store.ts";
import { otpAddress, otpTag } from "./addresses.ts";
import { checkAddress, roleNotFound, userFor } from "./otp-role.ts";
import { findRole } from "./roles.ts";
import { readZeroAddress } from "./zero-address.ts";

/**
 * One-time passwords: made for one user of one address, verified once by the host, dead with their lease. The lease is
 * recorded before the password is stored, so that a process that stops in between leaves nothing that works.
 *
 * Security: `verify` is open, so the password is all it takes. It is stored nowhere: its place is found by a keyed
 * hash. It works once, because one caller alone is given what was deleted; and only while its lease stands, which is
 * read each time, so that a revocation counts before it is carried out.
 */

const Stored = z.object({
  ip: z.string(),
  username: z.string(),
  role_name: z.string(),
  /** Id of its lease. */
  lease: z.string(),
});

export const OtpShown = z.object({
  ip: z.string(),
  key: z.string(),
  key_type: z.literal("otp"),
  port: z.number(),
  username: z.string(),
});

/** What a host is told of a password that is good. */
export const OtpVerified = z.object({ ip: z.string(), username: z.string(), role_name: z.string() });

/** What leases of this engine remember. */
const Internal = z.object({ otp: z.string() });

/** The table removes what nobody used, some time after its end. */
const KEPT_SECONDS = seconds(86_400);

export interface OtpInput {
  readonly ip?: string | undefined;
  readonly username?: string | undefined;
}

/** Makes a password and its lease. Throws with Vault's texts, in Vault's order. */
export const issueOtp = async (
  name: string,
  input: OtpInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof OtpShown>>> => {
  const given = input.ip ?? "";
  if (given === "") throw invalidRequest("Missing ip");
  const role = await findRole(cx.storage, name);
  if (!role) throw roleNotFound(name);
  const username = userFor(role, input.username ?? "");
  const ip = canonicalAddress(given);
  if (ip === undefined) throw invalidRequest(`Invalid IP ${shown(given)}`);
  const anywhere = (await readZeroAddress(cx.storage))?.roles.includes(name) ?? false;
  if (!anywhere) checkAddress(role, ip);
  if (role.key_type !== "otp") throw invalidRequest("key type unknown", { multi: true });

  const key = uuid(cx.random);
  const tag = otpTag(cx.storage, key);
  const grant = { type: "otp", ttl: seconds(0), maxTtl: seconds(0), renewable: false, internal: { otp: tag } };
  const lease = await cx.crash("ssh.otp.pend", () => cx.pend(grant));
  const exp = plus(epochSeconds(cx.clock.now()), lease.ttl);
  const body: z.output<typeof Stored> = { ip, username, role_name: name, lease: lease.id };
  const address = otpAddress(cx.storage, tag);
  const clear = { exp, ttl: plus(exp, KEPT_SECONDS) };
  await cx.crash("ssh.otp.store", () => cx.storage.write([{ op: "put", address, body, clear, when: "absent" }]));
  return { data: { ip, key, key_type: role.key_type, port: role.port, username }, lease };
};

/** The only shape a password has: what else is sent needs no look into the table. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where a password is, if it could be one. */
export const placeOf = (view: View, otp: JsonValue | undefined): readonly Address[] =>
  typeof otp === "string" && UUID.test(otp) ? [otpAddress(view, otpTag(view, otp))] : [];

/** Spends a password. Throws the one text for whatever is wrong with it. */
export const verifyOtp = async (otp: string, cx: BackendContext): Promise<z.output<typeof OtpVerified>> => {
  const notFound = () => invalidRequest("OTP not found");
  const [address] = placeOf(cx.storage, otp);
  const entry = address && (await cx.storage.get(address));
  if (!entry || (entry.clear.exp ?? 0) <= epochSeconds(cx.clock.now())) throw notFound();
  const { lease, ...verified } = Stored.parse(entry.body);
  if (!(await cx.leaseStands(lease))) throw notFound();
  const taken = await cx.crash("ssh.otp.verify", () => cx.storage.take(entry.address));
  if (!taken) throw notFound();
  return verified;
};

/** Ends a password; one that was used or never stored is gone already. */
export const revokeOtp = async (lease: LeaseType, cx: BackendContext): Promise<void> => {
  const { otp } = Internal.parse(lease.internal);
  await cx.storage.write([{ op: "delete", address: otpAddress(cx.storage, otp), when: "any" }]);
};
