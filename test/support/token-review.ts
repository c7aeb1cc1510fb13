import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { onLoopback } from "./loopback.ts";

/**
 * The API of a Kubernetes cluster for tests: TokenReviews, namespaces and service accounts, with the statuses, members
 * and messages of Kubernetes. It never checks a token's signature, only whether the token's claims name an account as
 * that account is now; what asks it must not rely on it for more.
 */

/** What the cluster says of an account's token. */
export interface ClusterAccount {
  readonly uid: string;
  /** Another user than the account of the token. */
  readonly username?: string;
  readonly error?: string;
  /** Deleted since the token was made. */
  readonly gone?: true;
  /** Answers this instead. */
  readonly instead?: { readonly status: number; readonly text?: string };
  /** Only the reviewer may ask about its tokens. */
  readonly reviewerOnly?: true;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Labels = Readonly<Record<string, Readonly<Record<string, string>>>>;
/** By `namespace:name`. */
export type Accounts = Readonly<Record<string, ClusterAccount>>;

/** May read namespaces and accounts, besides reviewing. */
export const REVIEWER = "g-system:g-reviewer";

/** The labels of the namespaces that the golden stories know. */
export const LABELS: Labels = { "g-prod": { env: "prod", team: "blue" }, "g-dev": { env: "dev" } };

/** The accounts that the golden stories know. */
export const ACCOUNTS: Accounts = {
  "g-prod:g-app": { uid: "11111111-1111-4111-8111-111111111111" },
  "g-prod:g-other": { uid: "22222222-2222-4222-8222-222222222222" },
  "g-dev:g-app": { uid: "33333333-3333-4333-8333-333333333333" },
  // Its tokens carry the uid of an older account of that name.
  "g-prod:g-again": { uid: "44444444-4444-4444-8444-444444444444" },
  "g-prod:g-renamed": { uid: "55555555-5555-4555-8555-555555555555", username: "system:serviceaccount:g-prod:g-app" },
  "g-prod:g-human": { uid: "66666666-6666-4666-8666-666666666666", username: "kubernetes-admin" },
  "g-prod:g-gone": { uid: "", gone: true },
  "g-prod:g-broken": { uid: "", error: "token lookup failed" },
  "g-prod:g-refused": { uid: "", instead: { status: 401 } },
  "g-prod:g-crash": { uid: "", instead: { status: 500 } },
  "g-prod:g-garbage": { uid: "", instead: { status: 200, text: "this is not JSON" } },
  "g-prod:g-reviewed": { uid: "77777777-7777-4777-8777-777777777777", reviewerOnly: true },
  [REVIEWER]: { uid: "99999999-9999-4999-8999-999999999999" },
};

export interface ClusterOptions {
  readonly accounts: Accounts;
  readonly labels?: Labels;
  /** Certificate and key, PEM; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface ClusterServer {
  readonly url: string;
  /** `POST /apis/… by g-system:g-reviewer`, and the body of each review. */
  readonly seen: string[];
  readonly reviews: ReviewSpec[];
  /** Answers in its place where it returns `true`. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

interface ReviewSpec {
  readonly token?: string;
  readonly audiences?: readonly string[];
}
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Claims = Readonly<Record<string, unknown>>;

const claimsOf = (token: string): Claims => {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Claims;
  } catch {
    return {};
  }
};

const accountOf = (claims: Claims): string | undefined => {
  const inside = claims["kubernetes.io"] as { namespace?: string; serviceaccount?: { name?: string } } | undefined;
  const namespace = inside?.namespace ?? claims["kubernetes.io/serviceaccount/namespace"];
  const name = inside?.serviceaccount?.name ?? claims["kubernetes.io/serviceaccount/service-account.name"];
  return typeof namespace === "string" && typeof name === "string" ? `${namespace}:${name}` : undefined;
};

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  500: "InternalError",
};

const failure = (status: number, message: string): Answer => ({
  status,
  body: {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason: REASONS[status],
    code: status,
  },
});

const reviewed = (spec: ReviewSpec, status: unknown): Answer => ({
  status: 201,
  body: { kind: "TokenReview", apiVersion: "authentication.k8s.io/v1", metadata: {}, spec, status },
});

/** The audience of the cluster's own API: what tokens without one have. */
const OWN_AUDIENCE = "https://kubernetes.default.svc";

const statusOf = (account: string, known: ClusterAccount, claims: Claims, asked: readonly string[]) => {
  const has = [claims["aud"] ?? OWN_AUDIENCE].flat();
  const audiences = asked.filter((one) => has.includes(one));
  if (asked.length > 0 && audiences.length === 0) return { user: {}, error: "token audiences are invalid" };
  return {
    authenticated: true,
    user: {
      username: known.username ?? `system:serviceaccount:${account}`,
      uid: known.uid,
      groups: ["system:serviceaccounts", "system:authenticated"],
    },
    ...(asked.length > 0 && { audiences }),
  };
};

const review = (accounts: Accounts, spec: ReviewSpec, asker: string): Answer => {
  if (!accounts[asker]) return failure(401, "Unauthorized");
  const claims = claimsOf(spec.token ?? "");
  const account = accountOf(claims) ?? "";
  const known = accounts[account];
  if (known?.instead) {
    const { status, text } = known.instead;
    return text === undefined ? failure(status, "as told") : { status, body: text };
  }
  if (known?.reviewerOnly && asker !== REVIEWER) return failure(403, "tokenreviews is forbidden");
  if (known?.error !== undefined) return reviewed(spec, { authenticated: true, error: known.error });
  if (!known || known.gone)
    return reviewed(spec, {
      user: {},
      error: "[invalid bearer token, service account token has been invalidated]",
    });
  return reviewed(spec, statusOf(account, known, claims, spec.audiences ?? []));
};

const answerTo = (options: ClusterOptions, request: IncomingMessage, path: string, body: string, asker: string) => {
  const { accounts, labels = {} } = options;
  if (request.method === "POST" && path === "/apis/authentication.k8s.io/v1/tokenreviews") {
    try {
      return review(accounts, (JSON.parse(body) as { spec?: ReviewSpec }).spec ?? {}, asker);
    } catch {
      return failure(400, "not JSON");
    }
  }
  const [, namespace = "", account] =
    /^\/api\/v1\/namespaces\/([\w-]+)(?:\/serviceaccounts\/([\w.-]+))?$/.exec(path) ?? [];
  if (request.method !== "GET" || namespace === "") return failure(404, "no such path");
  if (asker !== REVIEWER) return failure(403, `namespaces "${namespace}" is forbidden`);
  if (account !== undefined) {
    const known = accounts[`${namespace}:${account}`];
    if (!known) return failure(404, `serviceaccounts "${account}" not found`);
    const metadata = { name: account, namespace, uid: known.uid, annotations: known.annotations };
    return { status: 200, body: { kind: "ServiceAccount", apiVersion: "v1", metadata } };
  }
  if (!labels[namespace]) return failure(404, `namespaces "${namespace}" not found`);
  return {
    status: 200,
    body: { kind: "Namespace", apiVersion: "v1", metadata: { name: namespace, labels: labels[namespace] } },
  };
};

export const startCluster = async (options: ClusterOptions): Promise<ClusterServer> => {
  const cluster: ClusterServer = {
    url: "",
    seen: [],
    reviews: [],
    instead: () => false,
    close: () => listening.close(),
  };
  const respond = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const { pathname } = new URL(request.url ?? "/", "https://cluster");
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const asker = accountOf(claimsOf(bearer)) ?? "nobody";
    cluster.seen.push(`${request.method} ${pathname} by ${asker}`);
    if (pathname.endsWith("/tokenreviews")) cluster.reviews.push((JSON.parse(text) as { spec: ReviewSpec }).spec);
    if (cluster.instead(request, response)) return;
    const { status, body } = answerTo(options, request, pathname, text, asker);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => respond(request, response, Buffer.concat(chunks).toString("utf8")));
  };
  const server = options.tls ? createSecureServer({ ...options.tls }, listener) : createServer(listener);
  const listening = await onLoopback(server);
  return Object.assign(cluster, { url: `${options.tls ? "https" : "http"}://127.0.0.1:${listening.port}` });
};
