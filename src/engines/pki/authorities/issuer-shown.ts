import { z } from "zod";
import { wholeRfc3339 } from "../../../std/time.ts";
import { type Authority, type Issuer, usageText } from "./authority.ts";
import { hasUrls } from "./urls.ts";

/** An issuer as answers show it. */

/** Empty lists where it has no addresses at all, else null for each that it lacks. */
const addresses = z.array(z.string()).nullable();

export const IssuerShown = z.object({
  issuer_id: z.string(),
  issuer_name: z.string(),
  key_id: z.string().describe("empty: the key is elsewhere"),
  certificate: z.string(),
  ca_chain: z.array(z.string()).describe("from the issuer itself to its root"),
  manual_chain: z.array(z.string()).nullable(),
  leaf_not_after_behavior: z.string(),
  usage: z.string(),
  revocation_signature_algorithm: z.string().describe("empty: what the key suggests"),
  revoked: z.boolean(),
  revocation_time: z.number().optional().describe("epoch seconds"),
  revocation_time_rfc3339: z.string().optional(),
  issuing_certificates: addresses,
  crl_distribution_points: addresses,
  delta_crl_distribution_points: addresses,
  ocsp_servers: addresses,
  enable_aia_url_templating: z.boolean().optional(),
});
export type IssuerShown = z.output<typeof IssuerShown>;

export const showIssuer = (issuer: Issuer, authority: Authority): IssuerShown => {
  const { stored, name, keyId } = issuer;
  const { urls, revoked } = stored;
  const listed = (all: string[]): string[] | null => (all.length === 0 && hasUrls(urls) ? null : all);
  return {
    issuer_id: stored.id,
    issuer_name: name,
    key_id: keyId,
    certificate: stored.certificate,
    ca_chain: [...authority.chainOf(issuer)],
    manual_chain: stored.manualChain.length === 0 ? null : stored.manualChain,
    leaf_not_after_behavior: stored.outlives,
    usage: usageText(stored.usage),
    revocation_signature_algorithm: stored.revocationSignature,
    revoked: revoked > 0,
    ...(revoked > 0 && { revocation_time: revoked, revocation_time_rfc3339: wholeRfc3339(revoked * 1000) }),
    issuing_certificates: listed(urls.issuing),
    crl_distribution_points: listed(urls.crl),
    delta_crl_distribution_points: listed(urls.deltaCrl),
    ocsp_servers: listed(urls.ocsp),
    ...(hasUrls(urls) && { enable_aia_url_templating: urls.templating }),
  };
};
