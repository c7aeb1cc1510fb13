import { afterAll, describe, expect, it } from "@jest/globals";
import { FUNCTION_TABLE, type FunctionName } from "../../src/contract/functions.ts";
import { DEFAULT_FUNCTION, homeOfPath, ROUTES } from "../../src/contract/routes.ts";
import { makeServer } from "../support/make-server.ts";
import { makeTemplates, propertiesOf } from "./support/stacks.ts";

/**
 * The gateway and the program agree on who serves a path: for every path of every backend that has a place of its own.
 */

const server = await makeServer({ rows: [] });
afterAll(() => server.dynamo.close());

const PLACES: Readonly<Record<string, string>> = {
  system: "sys/",
  cubbyhole: "cubbyhole/",
  identity: "identity/",
  token: "auth/token/",
};

const paths = (
  await Promise.all(
    server.core.catalog.types.map(async ({ kind, type }) => {
      const backend = await server.core.catalog.find(kind, type, {});
      return (backend?.paths ?? []).map(({ template }) => `${PLACES[type]}${template}`);
    }),
  )
)
  .flat()
  .map((template) => template.replace(/\{[^}]+\+\}/g, "a/b").replace(/\{[^}]+\}/g, "a"));

const routes = propertiesOf(makeTemplates().stateless, "AWS::ApiGatewayV2::Route")
  .map(({ RouteKey }) => String(RouteKey).replace(/^(?:ANY|GET) /, ""))
  .filter((key) => key !== "$default");

/** The route API Gateway picks: the exact one, else the longest that ends in `{path+}`, else `$default`. */
const picked = (path: string, greedyTakesNothing: boolean): FunctionName => {
  const matching = routes.filter((route) => {
    const below = route.replace("{path+}", "");
    if (below === route) return route === path;
    return path.startsWith(below) && (greedyTakesNothing || path.length > below.length);
  });
  const rank = (route: string) => (route === path ? Number.POSITIVE_INFINITY : route.length);
  const [best] = matching.sort((a, b) => (rank(a) > rank(b) ? -1 : 1));
  return best === undefined ? DEFAULT_FUNCTION : (ROUTES[best] ?? DEFAULT_FUNCTION);
};

describe("the routes of the gateway", () => {
  it("are those of the table", () => {
    expect(routes.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it("send every path of core's backends to its home", () => {
    const astray = paths.filter((path) => picked(`/v1/${path}`, true) !== homeOfPath(path));

    expect(paths.length).toBeGreaterThan(130);
    expect(astray).toEqual([]);
  });

  it.each([true, false])(
    "send them to their home, or to a function that hands on to it, with a slash behind (`{path+}` may be empty: %s)",
    (greedyTakesNothing) => {
      const slashed = paths.map((path) => `${path.replace(/\/$/, "")}/`);
      const astray = slashed.filter((path) => {
        const first = picked(`/v1/${path}`, greedyTakesNothing);
        return first !== homeOfPath(path) && !FUNCTION_TABLE[first].handsOn;
      });

      expect(astray).toEqual([]);
    },
  );

  it("send a listing of leases that cannot be revoked to the function that answers it (F6)", () => {
    expect(picked("/v1/sys/leases", true)).toBe("dynamic");
    expect(homeOfPath("sys/leases")).toBe("dynamic");
  });
});
