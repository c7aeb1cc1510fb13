/** What answers warn of, in the reference's words. */

export const NO_SUBJECT =
  "This issuer certificate was generated without a Subject; this makes it likely that issuing leaf certs with this certificate will cause TLS validation libraries to reject this certificate.";

export const NO_ADDRESSES =
  "This mount hasn't configured any authority information access (AIA) fields; this may make it harder for systems to find missing certificates in the chain or to validate revocation status of certificates. Consider updating /config/urls or the newly generated issuer with this information.";

export const NO_FURTHER_AUTHORITIES = (how: "generated" | "signed"): string =>
  `Max path length of the ${how} certificate is zero. This certificate cannot be used to issue intermediate CA certificates.`;
