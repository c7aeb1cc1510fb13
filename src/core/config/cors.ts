import type { JsonValue } from "../../std/json.ts";
import type { Snapshot } from "./types.ts";

/** What is configured at `sys/config/cors`, for the HTTP layer to enforce. */

export interface CorsSettings {
  /** `["*"]`: every origin. Compared exactly. */
  readonly origins: readonly string[];
  /** Beyond the standard ones. */
  readonly headers: readonly string[];
}

export const CORS_SETTING = "cors";

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

const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** `undefined`: off. */
export const corsSettings = (snapshot: Snapshot): CorsSettings | undefined => {
  const setting = snapshot.settings.get(`setting/${CORS_SETTING}`);
  return setting && { origins: texts(setting["origins"]), headers: texts(setting["headers"]) };
};
