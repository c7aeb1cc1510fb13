/** What answers warn of, in the reference's words. */

export const NO_SUBJECT =
  "This issuer certificate was generated without a Subject; this makes it likely that issuing leaf certs with this certificate will cause TLS validation libraries to reject this certificate.";

export const NO_ADDRESSES =
  "This mount hasn't configured any authority information access (AIA) fields; this may make it harder for systems to find missing certificates in the chain or to validate revocation status of certificates. Consider updating /config/urls or the newly generated issuer with this information.";

export const NO_FURTHER_AUTHORITIES = (how: "generated" | "signed"): string =>
  `Max path length of the ${how} certificate is zero. This certificate cannot be used to issue intermediate CA certificates.`;

export const KEYLESS_DEFAULT = (which: "The default issuer" | "This selected default issuer"): string =>
  `${which} has no key associated with it. Some operations like issuing certificates and signing CRLs will be unavailable with the requested default issuer until a key is imported or the default issuer is changed.`;

export const MANY_WITH_KEYS =
  "Default issuer left unchanged: could not select new issuer automatically as multiple imported issuers had key material in Vault.";

export const MANY_CANDIDATES =
  "The imported bundle contained multiple certs matching keys, the default issuer that was selected should be verified and manually changed if incorrect.";

export const NO_ADDRESSES_FOR_INTERMEDIATE = `${NO_ADDRESSES} Since this certificate is an intermediate, it might be useful to regenerate this certificate after fixing this problem for the root mount.`;

export const BEYOND_ISSUER =
  "The expiration time for the signed certificate is after the CA's expiration time. If the new certificate is not treated as a root, validation paths with the certificate past the issuing CA's expiration time will fail.";
