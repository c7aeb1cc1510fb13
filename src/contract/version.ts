/** The version of Vault's API that clients are told: they parse it to decide what to use. */
export const VAULT_VERSION = "1.17.0";
/** Of this product, in the same places as Vault's build date. */
export const BUILD_DATE = "2026-01-01T00:00:00Z";
/** How the version of a built-in backend is shown. */
export const BUILT_IN_VERSION = `v${VAULT_VERSION}+builtin.vault`;
