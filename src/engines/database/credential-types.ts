import { invalidRequest } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { cut, shown } from "../../std/shown.ts";
import type { CredentialType } from "./connector.ts";

/** What a role hands out, and how it is made: `credential_type` and `credential_config`. */

const TYPES: readonly CredentialType[] = ["password", "rsa_private_key", "client_certificate"];
const KEY_BITS = ["2048", "3072", "4096"];

/** Throws `invalid_request` with Vault's text. */
export const credentialType = (text: string): CredentialType => {
  const type = TYPES.find((one) => one === text);
  if (!type) throw invalidRequest(`invalid credential_type ${shown(text)}`);
  return type;
};

const refuse = (why: string): never => {
  throw invalidRequest(`credential_config validation failed: ${why}`);
};

/** The configuration as it is kept and read back. Throws `invalid_request` with Vault's text. */
export const credentialConfig = (type: CredentialType, given: Readonly<Record<string, string>>): JsonObject => {
  if (type === "rsa_private_key") {
    const format = given["format"] || "pkcs8";
    const bits = given["key_bits"] || "2048";
    if (format !== "pkcs8") return refuse(`invalid format: ${cut(format)}`);
    if (!KEY_BITS.includes(bits)) return refuse(`invalid key_bits: ${cut(bits)}`);
    return { format, key_bits: Number(bits) };
  }
  if (type === "client_certificate") return { ...given };
  const policy = given["password_policy"] ?? "";
  return policy === "" ? {} : { password_policy: policy };
};
