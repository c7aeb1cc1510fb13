/**
 * JSON Web Tokens of other issuers: read strictly, checked by keys that an operator named, judged by their registered
 * claims. It trusts the operator's choice of keys and providers, and `jose` for every signature. It must never use a
 * key that a token brings along, take an algorithm for another, or accept a token because a provider did not answer.
 */
export { ALGORITHMS, type Algorithm, isAlgorithm } from "./algorithms.ts";
export { checkClaims, type Expected, type Leeways } from "./claims.ts";
export { type Discovery, type DiscoverySource, discover, keptDiscovery } from "./discovery.ts";
export { SourceRefused, SourceUnavailable, TokenRefused } from "./errors.ts";
export { type JwksSource, jwksKeys, tryJwks } from "./jwks.ts";
export { KEPT_TIMES, type Kept, type KeptTimes } from "./kept.ts";
export { checkAuthorities, pemKeys } from "./pem-keys.ts";
export { isLoopback, type RemoteParts, remoteUrl } from "./remote.ts";
export { anyOf, type KeySet, type VerifiedToken } from "./signature.ts";
export { parseToken, type UnverifiedToken, unverifiedClaims } from "./token.ts";
export { type ExpectedToken, verifyJwt } from "./verify.ts";
