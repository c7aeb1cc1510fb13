/**
 * The headers of every answer below `/ui/`.
 *
 * Security: the policy is what an injected script meets. It runs nothing that is not a file of ours, reaches no other
 * origin, and makes no script or markup out of text: `trusted-types zeroth` names the one policy, which makes the
 * worker's address. Forms go nowhere, because one that is sent before the script runs would put a password into the
 * address. A worker obeys the policy its own file came with, so every file has it.
 */

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types zeroth",
].join("; ");

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "clipboard-write=(self), clipboard-read=(), camera=(), microphone=(), geolocation=()",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};

/** `cache-control` of a file whose name has a hash of its content. */
export const FOREVER = "public, max-age=31536000, immutable";
/** `cache-control` of everything else. */
export const NEVER_KEPT = "no-store";
