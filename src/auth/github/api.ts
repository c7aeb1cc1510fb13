import { z } from "zod";
import { type Fetch, type OutgoingAnswer, sharedDeadline } from "../../outgoing/index.ts";
import { readJson } from "../../std/json.ts";
import { failed, lacking, limited, refusedToken, unreadable } from "./failures.ts";
import { nextPage } from "./links.ts";

/**
 * The questions a login asks GitHub, with the caller's own token. An answer counts only if it is whole, has status 200
 * and the documented shape; everything else is an error of `failures.ts`.
 * Source: GitHub, "REST API endpoints for users", "… organizations", "… organization members", "… teams".
 */

/** For all questions of one login together, below what the front door waits. */
const DEADLINE_MS = 10_000;
const CALL_MS = 5_000;
/** A page of a hundred teams, each with its whole organization, has some 400 KB. */
const MOST_BYTES = 2 * 1024 * 1024;
const PER_PAGE = 100;
const MOST_PAGES = 20;

const id = z.int().positive();
/** Names in GitHub's addresses; those of managed users have `_`. */
const login = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/);

const User = z.object({ id, login });
export type User = z.output<typeof User>;

const Organization = z.object({ id, login });
export type Organization = z.output<typeof Organization>;

const Membership = z.object({
  state: z.string(),
  role: z.string(),
  organization: Organization,
  user: z.object({ id }),
});
export type Membership = z.output<typeof Membership>;

const Team = z.object({ name: z.string(), slug: z.string(), organization: z.object({ id }) });
export type Team = z.output<typeof Team>;

export interface Github {
  user(): Promise<User>;
  /** `undefined`: no organization has that name, or the token may not see it. */
  organization(name: string): Promise<Organization | undefined>;
  /** `hidden`: organizations whose single sign-on the token has not passed; they are left out. */
  organizations(): Promise<{ readonly found: readonly Organization[]; readonly hidden: readonly number[] }>;
  /** Active ones. What a fine-grained token is told, whose list of organizations is always empty. */
  memberships(): Promise<readonly Membership[]>;
  teams(): Promise<readonly Team[]>;
}

const headersFor = (token: string | undefined): Readonly<Record<string, string>> => ({
  accept: "application/vnd.github+json",
  "user-agent": "zeroth",
  "x-github-api-version": "2022-11-28",
  ...(token !== undefined && { authorization: `Bearer ${token}` }),
});

/** Organizations by the header GitHub adds where it left some out. */
const hiddenIn = ({ headers }: OutgoingAnswer): readonly number[] => {
  const [, ids] = /partial-results;\s*organizations=([\d, ]+)/.exec(headers["x-github-sso"] ?? "") ?? [];
  return ids?.split(",").map(Number) ?? [];
};

const isLimited = ({ status, headers }: OutgoingAnswer): boolean =>
  status === 429 || (status === 403 && (headers["x-ratelimit-remaining"] === "0" || "retry-after" in headers));

/** The answer, if its status is 200. Throws. */
const good = (path: string, answer: OutgoingAnswer): OutgoingAnswer => {
  const { status, headers } = answer;
  if (status === 200) return answer;
  const name = `GET /${path.replace(/\?.*/, "")}`;
  if (isLimited(answer)) throw limited(headers["retry-after"]);
  if (status === 401) throw refusedToken(name);
  if (status === 403 || status === 404) throw lacking(name, status, headers);
  throw unreadable(`${name}: status ${status}`);
};

/** The members of an answer that `shape` names. Throws where it is not JSON, or of another shape. */
const answeredJson = <T>({ body }: OutgoingAnswer, shape: z.ZodType<T>): T => {
  const result = shape.safeParse(readJson(body));
  if (result.success) return result.data;
  throw unreadable("an answer without the documented members");
};

export interface Question {
  readonly fetch: Fetch;
  /** Ends in `/`. */
  readonly base: URL;
  /** Absent: GitHub is asked as anybody may ask it. */
  readonly token?: string;
}

/** Questions about one caller. Every method throws `VaultError`; nothing thrown holds the token or GitHub's words. */
export const askGithub = ({ fetch, base, token }: Question): Github => {
  const within = sharedDeadline(fetch, DEADLINE_MS);
  const headers = headersFor(token);

  const get = (path: string): Promise<OutgoingAnswer> => {
    const url = new URL(path, base);
    return within({ method: "GET", url, headers, deadlineMs: CALL_MS, mostBytes: MOST_BYTES }).catch((cause: unknown) =>
      Promise.reject(failed(cause)),
    );
  };
  const ask = async (path: string): Promise<OutgoingAnswer> => good(path, await get(path));

  /** `silence`: an answer without a body lists nothing, as GitHub's own client for Go has it. */
  const all = async <T>(path: string, shape: z.ZodType<T>, silence: "lists nothing" | "is a failure") => {
    const found: T[] = [];
    const hidden: number[] = [];
    const none = silence === "lists nothing" ? "[]" : "";
    for (let page: number | undefined = 1, asked = 0; page !== undefined; asked++) {
      if (asked === MOST_PAGES) throw unreadable(`GET /${path}: more than ${MOST_PAGES} pages`);
      // The first page is asked for as GitHub's own clients do, without its number.
      const which = page === 1 ? "" : `&page=${page}`;
      const answer = await ask(`${path}${path.includes("?") ? "&" : "?"}per_page=${PER_PAGE}${which}`);
      found.push(...answeredJson({ ...answer, body: answer.body || none }, z.array(shape)));
      hidden.push(...hiddenIn(answer));
      page = nextPage(answer.headers["link"], page);
    }
    return { found, hidden };
  };

  return {
    user: async () => answeredJson(await ask("user"), User),
    organization: async (name) => {
      const path = `orgs/${encodeURIComponent(name)}`;
      const answer = await get(path);
      return answer.status === 404 ? undefined : answeredJson(good(path, answer), Organization);
    },
    organizations: () => all("user/orgs", Organization, "lists nothing"),
    memberships: async () => (await all("user/memberships/orgs?state=active", Membership, "lists nothing")).found,
    teams: async () => (await all("user/teams", Team, "is a failure")).found,
  };
};
