import { describe, expect, it } from "@jest/globals";
import { githubAuth, githubParts } from "../../../../src/auth/github/backend.ts";
import { nextPage } from "../../../../src/auth/github/links.ts";
import { PUBLIC } from "../../../../src/outgoing/index.ts";
import { createHarness } from "../../../support/backend-harness.ts";
import { createMemoryView } from "../../../support/memory-view.ts";
import { ACME, githubWorld } from "./support.ts";

const world = githubWorld();

const write = (body: object) => world().configure(body);
const read = async () => (await world().server.call("GET", "auth/github/config")).data;

describe("the configuration of github", () => {
  it("reads back what was written, with the lifetimes under both names", async () => {
    await write({ ttl: "1h", max_ttl: "2h" });

    expect(await read()).toMatchObject({
      organization: "acme",
      organization_id: 12345,
      base_url: world().github.url,
      ttl: 3600,
      token_ttl: 3600,
      max_ttl: 7200,
      token_policies: [],
    });
  });

  it("asks GitHub, without a token, for a number that is not given", async () => {
    await write({ organization_id: 0 });

    expect([(await read())["organization_id"], world().github.seen]).toEqual([ACME.id, ["GET /orgs/acme"]]);
  });

  it("asks again for another organization, and keeps the number of the same one", async () => {
    await write({ organization: "other" });
    expect((await read())["organization_id"]).toBe(777);
    world().github.seen.length = 0;
    await write({ token_ttl: "3h" });
    expect([(await read())["organization_id"], world().github.seen]).toEqual([777, []]);
  });

  it("refuses an organization that does not exist, whose name anybody could take", async () => {
    const answer = await write({ organization: "acm" });

    expect([answer.status, answer.body["errors"]]).toEqual([400, ['organization_id not found for "acm"']]);
    expect((await read())["organization"]).toBe("acme");
  });

  it("warns where GitHub tells nobody, and trusts the name at the first login that succeeds", async () => {
    world().github.instead = (request, response) => {
      if (request.headers.authorization) return false;
      response.writeHead(401).end('{"message":"Must authenticate to access this API."}');
      return true;
    };
    const answer = await write({ organization_id: 0 });
    expect(answer.body["warnings"]).toEqual([
      "organization_id is missing. It is recommended to set the organization_id.",
    ]);
    await world().login("ghp_unknown");
    expect((await read())["organization_id"]).toBe(0);

    expect((await world().login()).status).toBe(200);
    expect((await read())["organization_id"]).toBe(ACME.id);
  });

  it.each([
    [{ organization: "" }, "organization is a required parameter"],
    [{ organization: "../user" }, "organization is not a name on GitHub"],
    [{ organization_id: -1 }, "organization_id cannot be negative"],
    [{ base_url: "not a url" }, "error parsing given base_url: it is not a URL"],
    [{ base_url: "ftp://github.example.com" }, "error parsing given base_url: it must begin with https://"],
    [
      { base_url: "https://a:b@github.example.com" },
      "error parsing given base_url: it must have a host and a path, and nothing else",
    ],
    [
      { base_url: "https://github.example.com/?a=b" },
      "error parsing given base_url: it must have a host and a path, and nothing else",
    ],
    [{ token_policies: "root" }, "auth methods cannot create root tokens"],
  ])("refuses %j", async (body, text) => {
    const answer = await write(body);
    expect([answer.status, answer.body["errors"]]).toEqual([400, [text]]);
  });

  it("is not there before the first write", async () => {
    await world().server.call("POST", "sys/auth/fresh", { body: { type: "github" } });
    expect((await world().server.call("GET", "auth/fresh/config")).status).toBe(404);
  });
});

describe("V10: a GitHub Enterprise that leads to the server itself", () => {
  const { request } = createHarness(githubAuth(githubParts(PUBLIC)), {
    view: createMemoryView(),
    clock: { now: () => Date.UTC(2030, 0, 1) },
  });

  it.each([
    "https://127.0.0.1/",
    "https://localhost/",
    "https://169.254.169.254/",
    "https://169.254.170.2/",
    "https://127.0.0.1:9001/",
    "https://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://10.0.0.1/api/v3",
  ])("is refused with 400: %s", async (base_url) => {
    const written = request("update", "config", { organization: "acme", base_url });
    await expect(written).rejects.toMatchObject({
      code: "invalid_request",
      wire: expect.stringMatching(/^base_url: the host is not an address that may be dialled from here/),
    });
  });

  it("is never asked without TLS", async () => {
    const written = request("update", "config", { organization: "acme", base_url: "http://ghe.example.com/" });
    await expect(written).rejects.toMatchObject({ wire: "error parsing given base_url: it must begin with https://" });
  });
});

describe("the maps of teams and users", () => {
  const call = (method: string, path: string, body?: object) =>
    world().server.call(method, `auth/github/map/${path}`, body ? { body } : {});

  it("are written, read in any case, listed and forgotten", async () => {
    await call("POST", "teams/Platform-Team", { value: "a,b" });
    expect((await call("GET", "teams/platform-team")).data).toEqual({ key: "Platform-Team", value: "a,b" });
    expect((await call("LIST", "teams")).data).toEqual({ keys: ["platform-team"] });
    expect((await call("GET", "teams")).data).toEqual({ keys: ["platform-team"] });
    await call("DELETE", "teams/PLATFORM-TEAM");
    expect(await call("GET", "teams/platform-team")).toMatchObject({ status: 200, body: { data: null } });
    expect((await call("LIST", "teams")).status).toBe(404);
  });

  it.each([
    ["teams/Platform%20Team", { value: "a" }, "a key consists of letters, digits, - and _: use a team's slug"],
    ["users/ann", {}, "missing value"],
  ])("refuse %s %j", async (path, body, text) => {
    const answer = await call("POST", path, body);
    expect([answer.status, answer.body["errors"]]).toEqual([400, [text]]);
  });
});

describe("the number of the next page", () => {
  it.each([
    ['<https://api.github.com/user/orgs?per_page=100&page=2>; rel="next", <https://x/?page=5>; rel="last"', 1, 2],
    ['<https://x/?page=1>; rel="prev", <https://x/?page=3>; rel="next"', 2, 3],
    ['<https://x/?page=1>; rel="prev"', 2, undefined],
    ['<https://x/?page=2>; rel="next"', 2, undefined],
    ['<https://x/?page=9999999999>; rel="next"', 1, undefined],
    ["", 1, undefined],
    [undefined, 1, undefined],
  ])("in %j after %d is %p", (link, current, next) => {
    expect(nextPage(link, current)).toBe(next);
  });
});
