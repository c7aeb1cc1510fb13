/** Nominal typing for strings and numbers: a `LeaseId` is not a `TokenId`, though both are text at run time. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The secret a caller presents. Never stored, never logged. */
export type TokenId = Brand<string, "TokenId">;
/** The handle that can look up and revoke a token or a mount, but not authenticate. */
export type Accessor = Brand<string, "Accessor">;
/** `<request path>/<random>`, as Vault's clients see it. */
export type LeaseId = Brand<string, "LeaseId">;
/** Where a backend answers, relative to `/v1/`; always ends in `/` (auth methods start with `auth/`). */
export type MountPath = Brand<string, "MountPath">;
/** `<type>:<random>`, the stable internal name of a mount; survives a remount. */
export type MountId = Brand<string, "MountId">;
/**
 * The certificates that the other side of a TLS connection showed to the front door, as PEM: its own, which TLS proved
 * it has the key of, then those of issuers as far as the front door passes them on. The front doors alone make it.
 */
export type PeerCertificates = Brand<string, "PeerCertificates">;
/** A length of time in whole seconds. */
export type Seconds = Brand<number, "Seconds">;
/** A moment, in whole seconds since 1970-01-01T00:00:00Z. */
export type EpochSeconds = Brand<number, "EpochSeconds">;

/** The only way a plain value becomes a branded one; call it where the value is made or checked, nowhere else. */
export const as = <B extends Brand<string | number, string>>(
  value: B extends Brand<infer T, string> ? (T extends string ? string : number) : never,
): B => value as unknown as B;
