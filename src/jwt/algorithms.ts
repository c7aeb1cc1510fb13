/** The signatures that are understood: asymmetric ones only, so that a public key is never a shared secret. */
export const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Exactly as written in RFC 7518: `none`, `rs256` and `HS256` are not among them. */
export const isAlgorithm = (text: unknown): text is Algorithm => ALGORITHMS.some((name) => name === text);
