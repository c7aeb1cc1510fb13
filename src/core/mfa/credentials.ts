import { invalidRequest } from "../../framework/index.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import { Sensitive } from "../../std/sensitive.ts";
import type { MfaCredentials } from "./types.ts";

/** What callers show for a second factor, read strictly: texts and nothing that could become one. Pure. */

/** Vault's own text for every code that is wrong, whatever is wrong with it. */
export const WRONG_CODE = "MFA credentials not supplied or incorrect";

const textsIn = (value: JsonValue): readonly Sensitive<string>[] => {
  if (value === null) return [];
  if (!Array.isArray(value)) throw invalidRequest("invalid mfa payload");
  return value.map((item: JsonValue) => {
    if (typeof item !== "string") throw invalidRequest("invalid mfa payload");
    return new Sensitive(item);
  });
};

/** The `mfa_payload` of a validation: a list of texts for each method. Throws `invalid_request` for anything else. */
export const payloadCredentials = (payload: JsonObject): MfaCredentials => {
  if (!isJsonObject(payload)) throw invalidRequest("invalid mfa payload");
  return new Map(Object.entries(payload).map(([method, value]) => [method, textsIn(value)]));
};

/** The one code among what is shown for a method, or why there is none. `passcode=` may precede it. */
export const passcodeIn = (
  shown: readonly Sensitive<string>[],
): { readonly code: Sensitive<string> } | { readonly problem: string } => {
  const codes: string[] = [];
  for (const one of shown) {
    const text = one.reveal();
    if (text === "") continue;
    if (text.startsWith("passcode=")) {
      const code = text.slice("passcode=".length);
      if (code === "") return { problem: "failed to parse MFA factor, invalid passcode" };
      codes.push(code);
    } else if (text.includes("=")) {
      return { problem: "failed to parse MFA factor, found an invalid MFA cred" };
    } else {
      codes.push(text);
    }
  }
  const [code, ...more] = codes;
  if (code === undefined) return { problem: WRONG_CODE };
  if (more.length > 0) {
    return { problem: "failed to parse MFA factor, found multiple passcodes for the same MFA method" };
  }
  return { code: new Sensitive(code) };
};
