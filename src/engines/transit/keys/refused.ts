import { invalidRequest, type VaultError } from "../../../framework/index.ts";

/** What Vault answers with 500 although the caller can put it right: 400 here, with Vault's text in Vault's wrapping. */
export const refused = (text: string, cause?: unknown): VaultError => invalidRequest(text, { multi: true, cause });
