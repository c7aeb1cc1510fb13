import type { SecureVersion } from "node:tls";
import type { TlsTerms } from "../../outgoing/index.ts";
import type { Config } from "./config-fields.ts";
import type { Terms } from "./directory/directory.ts";
import { urlsOf } from "./directory/urls.ts";

/** How the configuration wants the directory to be connected to. Pure. */

const VERSIONS: Readonly<Record<Config["tls_min_version"], SecureVersion>> = {
  tls10: "TLSv1",
  tls11: "TLSv1.1",
  tls12: "TLSv1.2",
  tls13: "TLSv1.3",
};

const ALIASES: Readonly<Record<Config["dereference_aliases"], Terms["aliases"]>> = {
  never: "never",
  finding: "find",
  searching: "search",
  always: "always",
};

const tlsOf = (config: Config): TlsTerms => ({
  ca: config.certificate,
  certificate: config.client_tls_cert,
  key: config.client_tls_key,
  check: config.insecure_tls ? "nothing" : "chain and name",
  versions: { least: VERSIONS[config.tls_min_version], most: VERSIONS[config.tls_max_version] },
});

/** 0 means no limit of its own; `left` is always one. */
const limitOf = (seconds: number): number => (seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY);

/** `left`: the milliseconds that remain for everything together. */
export const termsOf = (config: Config, left: () => number): Terms => ({
  urls: urlsOf(config.url),
  startTls: config.starttls,
  tls: tlsOf(config),
  connectMs: limitOf(config.connection_timeout),
  requestMs: limitOf(config.request_timeout),
  aliases: ALIASES[config.dereference_aliases],
  left,
});
