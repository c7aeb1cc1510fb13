import { systemClock } from "../../src/std/time.ts";
import { startGithub } from "../support/github.ts";
import { startOidcProvider } from "../support/oidc-provider.ts";
import { ADMIN, startPostgres } from "../support/postgres.ts";
import { hasSlapd, startSlapd } from "../support/slapd.ts";
import { ACCOUNTS, LABELS, startCluster } from "../support/token-review.ts";
import type { CertificateFiles } from "./certificates.ts";

/**
 * The other systems that checks need: a database, and those that say who a caller is. Each is told to the suites as
 * variables; a suite skips the checks whose variables are missing.
 */
export interface StandIns {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const database = async (): Promise<StandIns> => {
  const { url, stop } = await startPostgres();
  return { environment: { POSTGRES_URL: url, POSTGRES_PASSWORD: ADMIN.password }, stop };
};

/** Ann is in a team of `zeroth-org`, eve in no organization; their tokens are `ghp_ann` and `ghp_eve`. */
export const github = async (): Promise<StandIns> => {
  const server = await startGithub();
  const org = { id: 77, login: "zeroth-org" };
  const ann = { id: 5, login: "ann", orgs: [org], teams: [{ org, name: "Core Team", slug: "core-team" }] };
  const eve = { id: 6, login: "eve", orgs: [], teams: [] };
  server.orgs.push(org);
  server.tokens.set("ghp_ann", { kind: "classic", user: ann, scopes: ["read:org"] });
  server.tokens.set("ghp_eve", { kind: "classic", user: eve, scopes: ["read:org"] });
  return { environment: { GITHUB_URL: server.url }, stop: () => server.close() };
};

/** Whoever comes is logged in as `login` of the query says; a token of alice's for the client `g-client` lasts an hour. */
export const provider = async (): Promise<StandIns> => {
  const server = await startOidcProvider(systemClock);
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const environment = { OIDC_URL: server.url, JWT: await server.idToken("alice", { exp }) };
  return { environment, stop: () => server.close() };
};

const part = (value: object | string): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** The token of a service account that lasts an hour. The cluster judges its claims alone. */
export const accountToken = (namespace: string, name: string): string => {
  const now = Math.floor(Date.now() / 1000);
  const uid = ACCOUNTS[`${namespace}:${name}`]?.uid;
  const claims = {
    iss: "https://kubernetes.default.svc",
    sub: `system:serviceaccount:${namespace}:${name}`,
    aud: ["https://kubernetes.default.svc"],
    iat: now,
    exp: now + 3600,
    "kubernetes.io": { namespace, serviceaccount: { name, uid } },
  };
  return [part({ alg: "RS256", kid: "cluster" }), part(claims), part("a signature")].join(".");
};

const cluster = async ({ environment, server: tls }: CertificateFiles): Promise<StandIns> => {
  const server = await startCluster({ accounts: ACCOUNTS, labels: LABELS, tls });
  return {
    environment: {
      KUBERNETES_URL: server.url,
      KUBERNETES_CA: environment.TLS_CA,
      KUBERNETES_JWT: accountToken("g-prod", "g-app"),
      KUBERNETES_REVIEWER_JWT: accountToken("g-system", "g-reviewer"),
    },
    stop: () => server.close(),
  };
};

/** Passwords are NAME-pw; alice is in the group g-dev. */
export const directory = async (): Promise<StandIns> => {
  if (!hasSlapd) return { environment: {}, stop: async () => undefined };
  const server = await startSlapd();
  return { environment: { LDAP_URL: server.url }, stop: () => server.stop() };
};

export const startStandIns = async (certificates: CertificateFiles): Promise<StandIns> => {
  const started = await Promise.all([database(), github(), provider(), directory(), cluster(certificates)]);
  return {
    environment: Object.assign({}, ...started.map(({ environment }) => environment)),
    stop: async () => {
      await Promise.all(started.map(({ stop }) => stop()));
    },
  };
};
