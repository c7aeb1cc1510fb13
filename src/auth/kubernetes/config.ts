import { z } from "zod";
import { field, invalidRequest } from "../../framework/index.ts";
import { checkAuthorities, pemKeys, SourceRefused } from "../../jwt/index.ts";
import { AddressRefused, baseFault, judgeHost, refusedHost } from "../../outgoing/index.ts";
import { restate, restateLater } from "../../std/restate.ts";
import type { Address, View } from "../../storage/store.ts";
import type { Parts } from "./parts.ts";

/** `config`: the cluster that is asked, by whom, and what else its tokens must show. Every write replaces all of it. */

export const configShape = {
  kubernetes_host: field.text("The API of the cluster: a URL, or a host with or without a port."),
  kubernetes_ca_cert: field.text(
    "Authorities that sign the API's certificate, PEM; empty: the pod's, or the public ones.",
  ),
  token_reviewer_jwt: field.text(
    "Token that may create TokenReviews; empty: the pod's, or the caller's own. Never read back.",
  ),
  pem_keys: field.commaList("Public keys or certificates, PEM, one of which must have signed the caller's token."),
  issuer: field.text("Issuer a token must name if disable_iss_validation is false."),
  disable_iss_validation: field.flag("Do not look at the issuer; true unless given."),
  disable_local_ca_jwt: field.flag("Do not use the authorities and the token of the pod this server runs in."),
  use_annotations_as_alias_metadata: field.flag(
    "Take annotations vault.hashicorp.com/alias-metadata-* of the service account as metadata of the alias.",
  ),
};
const configInput = z.object(configShape);
export type ConfigInput = z.output<typeof configInput>;

const storedConfig = z.object({
  kubernetes_host: z.string(),
  kubernetes_ca_cert: z.string(),
  token_reviewer_jwt: z.string(),
  pem_keys: z.array(z.string()),
  issuer: z.string(),
  disable_iss_validation: z.boolean(),
  disable_local_ca_jwt: z.boolean(),
  use_annotations_as_alias_metadata: z.boolean(),
});
export type Config = z.output<typeof storedConfig>;

/** What a read shows: whether there is a reviewer's token, and not the token. */
export const ConfigShown = storedConfig
  .omit({ token_reviewer_jwt: true })
  .extend({ token_reviewer_jwt_set: z.boolean() });

export const showConfig = ({ token_reviewer_jwt, ...shown }: Config): z.output<typeof ConfigShown> => ({
  ...shown,
  token_reviewer_jwt_set: token_reviewer_jwt !== "",
});

export const configAddress = (storage: View): Address => storage.at("config");

export const findConfig = async (storage: View): Promise<Config | undefined> => {
  const entry = await storage.get(configAddress(storage));
  return entry && storedConfig.parse(entry.body);
};

const withScheme = (host: string): string => (/^[a-z][a-z0-9+.-]*:\/\//i.test(host) ? host : `https://${host}`);

/** The API's address, ending in `/`. A host without a scheme is asked over TLS. Throws for other texts. */
export const hostUrl = (host: string): URL => {
  const url = new URL(withScheme(host));
  return url.pathname.endsWith("/") ? url : new URL(`${url.pathname}/`, url);
};

const checkHost = async (host: string, { guard, plainHttp }: Parts): Promise<void> => {
  const refuse = (why: string) => invalidRequest(`invalid kubernetes_host: ${why}`);
  if (!URL.canParse(withScheme(host))) throw refuse("it is not a URL or a host");
  const url = new URL(withScheme(host));
  const fault = baseFault(url, plainHttp);
  if (fault !== undefined) throw refuse(fault);
  const tell = (cause: AddressRefused) =>
    invalidRequest(`kubernetes_host: ${refusedHost(cause)}`, { reason: cause.reason });
  await restateLater(AddressRefused, tell, () => judgeHost(guard, url.hostname));
};

/** Whether a connection can be trusted because of these authorities, each of which must be readable. */
export const hasAuthorities = (pem: string): boolean => {
  try {
    checkAuthorities(pem);
    return pem.trim() !== "";
  } catch (cause) {
    if (cause instanceof SourceRefused) return false;
    throw cause;
  }
};

const refuseAuthorities = ({ kubernetes_ca_cert: pem, disable_local_ca_jwt }: Config): void => {
  if (pem === "" && disable_local_ca_jwt)
    throw invalidRequest("kubernetes_ca_cert must be given when disable_local_ca_jwt is true");
  if (pem !== "" && !pem.includes("-----BEGIN CERTIFICATE-----"))
    throw invalidRequest("The provided CA PEM data contains no valid certificates");
};

const HEADER = /^[\x21-\x7e]{0,16384}$/;
const MOST_KEYS = 32;

/** Replaces the configuration. Answers warnings; throws `invalid_request`. */
export const writeConfig = async (parts: Parts, storage: View, input: ConfigInput): Promise<readonly string[]> => {
  const config: Config = {
    kubernetes_host: input.kubernetes_host ?? "",
    kubernetes_ca_cert: input.kubernetes_ca_cert ?? "",
    token_reviewer_jwt: (input.token_reviewer_jwt ?? "").trim(),
    pem_keys: (input.pem_keys ?? []).filter((key) => key !== ""),
    issuer: input.issuer ?? "",
    disable_iss_validation: input.disable_iss_validation ?? true,
    disable_local_ca_jwt: input.disable_local_ca_jwt ?? false,
    use_annotations_as_alias_metadata: input.use_annotations_as_alias_metadata ?? false,
  };
  if (config.kubernetes_host === "") throw invalidRequest("no host provided");
  refuseAuthorities(config);
  if (config.pem_keys.length > MOST_KEYS) throw invalidRequest(`pem_keys may hold ${MOST_KEYS} keys at most`);
  restate(
    SourceRefused,
    (cause) => invalidRequest(cause.message),
    () => pemKeys(config.pem_keys),
  );
  if (!HEADER.test(config.token_reviewer_jwt)) throw invalidRequest("token_reviewer_jwt is not a token");
  await checkHost(config.kubernetes_host, parts);
  await storage.write([{ op: "put", address: configAddress(storage), body: config, when: "any" }]);
  return config.kubernetes_ca_cert === "" || hasAuthorities(config.kubernetes_ca_cert)
    ? []
    : [
        "kubernetes_ca_cert has a certificate that cannot be read: the cluster will not be trusted, and no login succeeds",
      ];
};
