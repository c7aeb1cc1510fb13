import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { membershipBody, orgBody, teamBody, userBody } from "./github-bodies.ts";
import { onLoopback } from "./loopback.ts";

/**
 * A GitHub for tests: the questions that a login asks, answered with the members, statuses, messages and `Link` headers
 * that GitHub's REST API documents. Every kind of token sees what that kind sees there.
 */

export interface Org {
  readonly id: number;
  readonly login: string;
}

export interface Team {
  readonly org: Org;
  readonly name: string;
  readonly slug: string;
}

export interface User {
  readonly id: number;
  readonly login: string;
  readonly orgs: readonly Org[];
  readonly teams: readonly Team[];
  /** Organizations whose invitation the user has not accepted. */
  readonly invited?: readonly Org[];
  readonly role?: string;
}

export type Token =
  | {
      readonly kind: "classic";
      readonly user: User;
      readonly scopes: readonly string[];
      readonly notSso?: readonly Org[];
    }
  /** `owner`: the one organization that it may see, if it may read its members. */
  | { readonly kind: "fine-grained"; readonly user: User; readonly owner?: Org; readonly members?: boolean }
  /** A user's token of a GitHub App. */
  | { readonly kind: "app"; readonly user: User }
  | { readonly kind: "installation" };

export interface GithubServer {
  /** Ends in `/`. */
  readonly url: string;
  /** What it knows; tests change it. */
  readonly orgs: Org[];
  readonly tokens: Map<string, Token>;
  /** `GET /user bearer`: every request, with what it showed. */
  readonly seen: string[];
  /** Most items on a page, whatever is asked for. */
  pageSize: number;
  /** Answers in its place where it returns `true`. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

const DOCS = "https://docs.github.com/rest";

const READS_ORGS = ["read:org", "write:org", "admin:org", "user", "repo"];
const mayRead = (token: Token): boolean =>
  token.kind !== "installation" &&
  (token.kind !== "classic" || token.scopes.some((scope) => READS_ORGS.includes(scope)));

/** Organizations that the token may see anything of. */
const visible = (token: UserToken, orgs: readonly Org[]): readonly Org[] => {
  if (token.kind === "classic") return orgs.filter(({ id }) => !token.notSso?.some((org) => org.id === id));
  if (token.kind === "fine-grained") return orgs.filter(({ id }) => token.members === true && id === token.owner?.id);
  return orgs;
};

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const refusal = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: DOCS, status: String(status) },
});
const NO_SCOPE = "You need at least read:org scope or user scope to list your organizations.";

/** One page of a list, with the links to the others. */
const pageOf = (items: readonly unknown[], url: URL, most: number): Answer => {
  const size = Math.min(most, Number(url.searchParams.get("per_page") ?? 30));
  const page = Number(url.searchParams.get("page") ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (n: number, rel: string): string => {
    const there = new URL(url);
    there.searchParams.set("page", String(n));
    return `<${there}>; rel="${rel}"`;
  };
  const link = [
    ...(page > 1 ? [to(page - 1, "prev")] : []),
    ...(page < last ? [to(page + 1, "next"), to(last, "last")] : []),
    ...(page > 1 ? [to(1, "first")] : []),
  ].join(", ");
  return { status: 200, body: items.slice((page - 1) * size, page * size), headers: link === "" ? {} : { link } };
};

type UserToken = Exclude<Token, { kind: "installation" }>;

const organizations = (token: UserToken, url: URL, most: number): Answer => {
  if (!mayRead(token)) return refusal(403, NO_SCOPE);
  const shown = token.kind === "fine-grained" ? [] : visible(token, token.user.orgs).map(orgBody);
  const hidden = token.kind === "classic" ? (token.notSso ?? []) : [];
  const answer = pageOf(shown, url, most);
  if (hidden.length === 0) return answer;
  const ids = hidden.map(({ id }) => id).join(",");
  return { ...answer, headers: { ...answer.headers, "x-github-sso": `partial-results; organizations=${ids}` } };
};

const memberships = (token: UserToken, url: URL, most: number): Answer => {
  if (!mayRead(token)) return refusal(403, NO_SCOPE);
  const { user } = token;
  const state = url.searchParams.get("state");
  const all = [
    ...visible(token, user.orgs).map((org) => membershipBody(user, org, "active")),
    ...visible(token, user.invited ?? []).map((org) => membershipBody(user, org, "pending")),
  ];
  const some = all.filter((one) => state === null || one.state === state);
  return pageOf(some, url, most);
};

const teams = (token: UserToken, url: URL, most: number): Answer => {
  if (!mayRead(token)) return refusal(404, "Not Found");
  if (token.kind === "fine-grained" && token.members !== true)
    return refusal(403, "Resource not accessible by personal access token");
  const orgs = new Set(visible(token, token.user.orgs).map(({ id }) => id));
  const found = token.user.teams.filter(({ org }) => orgs.has(org.id)).map(teamBody);
  return pageOf(found, url, most);
};

const answerTo = (github: GithubServer, path: string, url: URL, bearer: string | undefined): Answer => {
  const token = bearer === undefined ? undefined : github.tokens.get(bearer);
  if (bearer !== undefined && !token) return refusal(401, "Bad credentials");
  const [, named] = /^\/orgs\/([^/]+)$/.exec(path) ?? [];
  if (named !== undefined) {
    const org = github.orgs.find(({ login }) => login.toLowerCase() === decodeURIComponent(named).toLowerCase());
    return org ? { status: 200, body: { ...orgBody(org), type: "Organization" } } : refusal(404, "Not Found");
  }
  if (!token) return refusal(401, "Requires authentication");
  if (token.kind === "installation") return refusal(403, "Resource not accessible by integration");
  switch (path) {
    case "/user":
      return { status: 200, body: userBody(token.user) };
    case "/user/orgs":
      return organizations(token, url, github.pageSize);
    case "/user/memberships/orgs":
      return memberships(token, url, github.pageSize);
    case "/user/teams":
      return teams(token, url, github.pageSize);
    default:
      return refusal(404, "Not Found");
  }
};

const serve = (github: GithubServer, request: IncomingMessage, response: ServerResponse): void => {
  const url = new URL(request.url ?? "/", "https://api.github.com");
  const path = url.pathname.replace(/^\/api\/v3/, "");
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  github.seen.push(`${request.method} ${path}${bearer === undefined ? "" : " bearer"}`);
  if (github.instead(request, response)) return;
  if (!request.headers["user-agent"]) {
    response.writeHead(403).end("Request forbidden by administrative rules.");
    return;
  }
  const { status, body, headers } = answerTo(github, path, url, bearer);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "x-github-media-type": "github.v3; format=json",
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "4990",
    ...headers,
  });
  response.end(JSON.stringify(body));
};

export const startGithub = async (): Promise<GithubServer> => {
  const github: GithubServer = {
    url: "",
    orgs: [],
    tokens: new Map(),
    seen: [],
    pageSize: 100,
    instead: () => false,
    close: () => listening.close(),
  };
  const server = createServer((request, response) => serve(github, request, response));
  const listening = await onLoopback(server);
  return Object.assign(github, { url: `http://127.0.0.1:${listening.port}/` });
};
