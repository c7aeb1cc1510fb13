import { type CorsSettings, SETTINGS, settingIn } from "./settings.ts";
import type { Snapshot } from "./types.ts";

/** What is configured at `sys/config/cors`, for the HTTP layer to enforce. */

/** Source: Vault documentation, "/sys/config/cors". */
export const STANDARD_CORS_HEADERS: readonly string[] = [
  "Content-Type",
  "X-Requested-With",
  "X-Vault-AWS-IAM-Server-ID",
  "X-Vault-MFA",
  "X-Vault-No-Request-Forwarding",
  "X-Vault-Wrap-Format",
  "X-Vault-Wrap-TTL",
  "X-Vault-Policy-Override",
  "Authorization",
  "X-Vault-Token",
];

/** `undefined`: off. */
export const corsSettings = (snapshot: Snapshot): CorsSettings | undefined => settingIn(snapshot, SETTINGS.cors);
