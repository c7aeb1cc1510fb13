import { playAreas } from "./play.ts";

/** Stories whose room of the engine is still being built, by room: they are played and may fail. */
const AUTHORITIES = [
  "pki/config-issuers",
  "pki/config-urls",
  "pki/cross-sign",
  "pki/import-bundle",
  "pki/import-ca",
  "pki/import-errors",
  "pki/import-without-key",
  "pki/intermediate-request",
  "pki/intermediate",
  "pki/issuer-chain",
  "pki/issuer-delete",
  "pki/issuer-name-taken",
  "pki/issuer-unknown",
  "pki/issuer-update-errors",
  "pki/issuer-usage",
  "pki/root-contents",
  "pki/root-generate",
  "pki/root-on-existing-key",
  "pki/root-replace",
  "pki/sign-intermediate-options",
  "pki/sign-intermediate-path-length",
  "pki/sign-self-issued",
  "pki/urls-templated",
];
const ISSUING = [
  "pki/issue",
  "pki/leaf-outlives-issuer",
  "pki/lease",
  "pki/no-ca-yet",
  "pki/no-store",
  "pki/sign-tampered",
  "pki/sign",
];
const REVOKING = [
  "pki/auto-tidy-config",
  "pki/crl-config-errors",
  "pki/crl-disabled",
  "pki/crl-per-issuer",
  "pki/crl-rotate",
  "pki/no-store-revoked",
  "pki/ocsp-settings",
  "pki/ocsp-unknown",
  "pki/ocsp",
  "pki/revoke-by-certificate",
  "pki/revoke-errors",
  "pki/revoke-with-key",
  "pki/revoke",
  "pki/tidy-removes",
  "pki/tidy",
];

playAreas(["pki"], { sweeps: true, waiting: [...AUTHORITIES, ...ISSUING, ...REVOKING] });
