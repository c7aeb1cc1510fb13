import { playAreas } from "./play.ts";

/**
 * Every answer is what it was for a caller alone, though each write over what was read is lost once to somebody faster:
 * whoever decides by what it has read decides again.
 */
playAreas(
  [
    "token",
    "identity",
    "mfa",
    "userpass",
    "approle",
    "auth-common",
    "sys-misc",
    "sys-mounts",
    "sys-auth",
    "password-policy",
    "acl",
    "kv-v2",
    "totp",
    "transit",
    "pki",
    "ssh",
  ],
  { sweeps: true, contended: true },
);
