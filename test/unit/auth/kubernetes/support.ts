import { generateKeyPairSync, sign } from "node:crypto";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";
import {
  type Accounts,
  type ClusterServer,
  type Labels,
  REVIEWER,
  startCluster,
} from "../../../support/token-review.ts";
import { useWorld } from "../../../support/use-world.ts";

export const UID = "11111111-1111-4111-8111-111111111111";
export const PROD: Accounts = {
  "prod:app": { uid: UID, annotations: { "vault.hashicorp.com/alias-metadata-team": "blue", other: "x" } },
  "stage-2:app": { uid: UID },
  "prod:reviewed": { uid: UID, reviewerOnly: true },
  [REVIEWER]: { uid: "99999999-9999-4999-8999-999999999999" },
};
export const PROD_LABELS: Labels = { prod: { env: "prod", team: "blue" }, "stage-2": { env: "stage" } };

const key = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const PUBLIC_KEY = key.publicKey.export({ type: "spki", format: "pem" }).toString();

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token as a cluster signs it (ES256). */
export const tokenOf = (claims: object, header: object = { alg: "ES256" }): string => {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
};

/** The claims of a projected token. The test's clock stands at the beginning of 2030. */
export const claimsOf = (namespace: string, name: string, more: object = {}) => ({
  aud: ["vault"],
  iss: "https://oidc.cluster.example",
  sub: `system:serviceaccount:${namespace}:${name}`,
  iat: Date.UTC(2029, 11, 31) / 1000,
  nbf: Date.UTC(2029, 11, 31) / 1000,
  exp: Date.UTC(2030, 0, 2) / 1000,
  "kubernetes.io": { namespace, serviceaccount: { name, uid: UID } },
  ...more,
});

export const APP = tokenOf(claimsOf("prod", "app"));
const [reviewerNamespace = "", reviewerName = ""] = REVIEWER.split(":");
export const REVIEWER_TOKEN = tokenOf(claimsOf(reviewerNamespace, reviewerName));

export const ROLE = {
  bound_service_account_names: "app",
  bound_service_account_namespaces: "prod",
  audience: "vault",
  token_policies: "app",
};

export interface World {
  readonly server: TestServer;
  readonly cluster: ClusterServer;
  configure(body?: object): Promise<void>;
  role(body: object): Promise<void>;
  login(jwt?: string, more?: object): Promise<Answered>;
  close(): Promise<void>;
}

/** A server with the method mounted, and a cluster. */
const createWorld = async (): Promise<World> => {
  const cluster = await startCluster({ accounts: PROD, labels: PROD_LABELS });
  const server = await makeServer();
  await server.call("POST", "sys/auth/kubernetes", { body: { type: "kubernetes" } });
  const done = async (work: Promise<Answered>): Promise<void> => {
    const { status, text } = await work;
    if (status >= 400) throw new Error(text);
  };
  return {
    server,
    cluster,
    configure: (body = {}) =>
      done(server.call("POST", "auth/kubernetes/config", { body: { kubernetes_host: cluster.url, ...body } })),
    role: async (body) => {
      await server.call("DELETE", "auth/kubernetes/role/app");
      await done(server.call("POST", "auth/kubernetes/role/app", { body }));
    },
    login: (jwt = APP, more = {}) =>
      server.call("POST", "auth/kubernetes/login", { token: null, body: { role: "app", jwt }, ...more }),
    close: async () => {
      await cluster.close();
      await server.dynamo.close();
    },
  };
};

/** Cluster, configuration and role as they were at first. */
const reset = async (world: World): Promise<void> => {
  world.cluster.instead = () => false;
  await world.configure();
  await world.role(ROLE);
  world.cluster.seen.length = 0;
  world.cluster.reviews.length = 0;
};

export const clusterWorld = (): (() => World) => useWorld(createWorld, reset);

export const authOf = ({ body }: Answered) =>
  body["auth"] as { client_token: string; metadata: Record<string, string>; entity_id: string };

export const errorsOf = ({ status, body }: Answered) => [status, ...(body["errors"] as string[])];
