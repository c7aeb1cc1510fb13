import { z } from "zod";
import { type DataReply, field } from "../../framework/index.ts";

/** What `creds/` and `sts/` take and give. */

export const CredsInput = z.object({
  role_arn: field.text("Which of the role's ARNs to assume; needed where there are several."),
  ttl: field.duration("Lifetime of a session; the role's or an hour by default."),
  role_session_name: field.text("Name of an assumed role's session; made by the template by default."),
  mfa_code: field.text("Code of the role's MFA device, for `session_token`."),
});
export type CredsInput = z.output<typeof CredsInput>;

export const CredsOutput = z.object({
  access_key: z.string(),
  secret_key: z.string(),
  /** `null` for a user's key. */
  security_token: z.string().nullable(),
  /** The same again, as newer clients call it. */
  session_token: z.string().optional(),
  /** Of the assumed role's session. */
  arn: z.string().optional(),
  /** Seconds until AWS ends the session. */
  ttl: z.number().optional(),
});
export type CredsReply = DataReply<z.output<typeof CredsOutput>>;

/** The two paths; they differ for roles of the old form alone. */
export type CredsPath = "creds" | "sts";
