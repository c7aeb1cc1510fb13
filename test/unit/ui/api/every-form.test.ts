import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readTree } from "../../../../ui/client/json-tree.ts";
import { shownRequest, vaultCommand } from "../../../../ui/pages/api/command.ts";
import { findEndpoint } from "../../../../ui/pages/api/places.ts";
import { buildRequest, keyOf } from "../../../../ui/pages/api/request.ts";
import type { Endpoint, Input, Kind } from "../../../../ui/pages/api/spec.ts";
import type { TestServer } from "../../../support/make-server.ts";
import { filledIn, nameOf, sample, serverWithForms } from "./forms.ts";

/**
 * 60. Forms of every path of every backend build, send, show errors: the pure half, over the server's own document.
 * `every-request.test.ts` sends them.
 */

let server: TestServer;
let endpoints: readonly Endpoint[];
beforeAll(async () => {
  ({ server, endpoints } = await serverWithForms());
});
afterAll(() => server.dynamo.close());

describe("60. forms of every path of every backend", () => {
  it("there is one for every operation that the server documents, but those that only refuse", async () => {
    const { body } = await server.call("GET", "sys/internal/specs/openapi");
    const document = body["paths"] as Record<string, Record<string, { readonly summary?: string }>>;
    const documented = Object.entries(document).flatMap(([path, item]) =>
      ["get", "post", "patch", "delete"].flatMap((method) =>
        item[method] ? [{ method: method.toUpperCase(), path: path.slice(1), summary: item[method].summary }] : [],
      ),
    );
    const shown = new Set(endpoints.map(({ method, template }) => `${method} ${template}`));
    const missing = documented.filter(({ method, path }) => !shown.has(`${method} ${path}`));
    const answers = new Set<number>();
    for (const { method, path } of missing) {
      const at = path.replace(/\{[^}]*\}/g, "nobody").replace(/\/$/, "");
      answers.add((await server.call(path.endsWith("/") && method === "GET" ? "LIST" : method, at)).status);
    }

    expect(documented.length - endpoints.length).toBe(missing.length);
    expect(endpoints.length).toBeGreaterThan(600);
    expect([...answers].filter((status) => status < 400 || status >= 500)).toEqual([]);
  });

  it("say what they do, and ask for every capture", () => {
    const poor = endpoints.filter(
      ({ template, summary, inputs }) =>
        summary === "" ||
        (template.match(/\{[^}]*\}/g) ?? []).some(
          (braced) => !inputs.some(({ where, name }) => where === "path" && `{${name}}` === braced),
        ),
    );

    expect(poor.map(nameOf)).toEqual([]);
  });

  it("build nothing while a capture is missing, and say which", () => {
    const silent = endpoints.filter((endpoint) => {
      const needed = endpoint.inputs.filter(({ where }) => where === "path");
      const built = buildRequest(endpoint, {});
      return needed.length > 0 && !("faults" in built && needed.every((input) => built.faults.has(keyOf(input))));
    });

    expect(silent.map(nameOf)).toEqual([]);
  });

  it("are found by their path as one would call it", () => {
    const lost = endpoints.filter((endpoint) => {
      const built = buildRequest(endpoint, filledIn(endpoint));
      return "faults" in built || findEndpoint(endpoints, built.request.path, endpoint.action) === undefined;
    });

    expect(lost.map(nameOf)).toEqual([]);
  });

  it("are shown as commands without any value of a secret field", () => {
    const shown = endpoints.flatMap((endpoint) => {
      const values = Object.fromEntries(
        endpoint.inputs.map((input) => [keyOf(input), input.secret ? "canary" : sample(input)]),
      );
      const request = shownRequest(endpoint, values);
      return request ? [`${JSON.stringify(request)} ${vaultCommand(endpoint, request)}`] : [];
    });

    expect(shown).toHaveLength(endpoints.length);
    expect(shown.filter((text) => text.includes("canary"))).toEqual([]);
  });
});

const input = (kind: Kind, numbers = false): Input => ({
  where: "body",
  name: "a",
  kind,
  description: "",
  numbers,
  secret: false,
});

const body = (kind: Kind, text: string, numbers = false): unknown => {
  const built = buildRequest(
    {
      template: "x",
      action: "write",
      method: "POST",
      summary: "",
      sudo: false,
      inputs: [input(kind, numbers)],
      free: false,
    },
    { "body a": text },
  );
  return "request" in built ? built.request.body : [...built.faults.values()];
};

describe("what is typed", () => {
  it.each<[Kind, string, string]>([
    ["text", "a\nb", '{"a":"a\\nb"}'],
    ["text", "12", '{"a":"12"}'],
    ["number", "12345678901234567890", '{"a":12345678901234567890}'],
    ["switch", "false", '{"a":false}'],
    ["duration", "1h30m", '{"a":"1h30m"}'],
    ["list", "one\n\n two \r\nthree", '{"a":["one","two","three"]}'],
    ["list", '["a b", 0.10]', '{"a":["a b", 0.10]}'],
    ["map", "one=1\ntwo=a=b", '{"a":{"one":"1","two":"a=b"}}'],
    ["map", '{"n": 0.10, "__proto__": 1}', '{"a":{"n": 0.10, "__proto__": 1}}'],
    ["any", "hvs.token", '{"a":"hvs.token"}'],
    ["any", '{"x":1}', '{"a":{"x":1}}'],
    ["any", "0.10", '{"a":0.10}'],
    ["text", "", "{}"],
  ])("as %s, %j is sent as %s", (kind, text, sent) => {
    expect(body(kind, text)).toBe(sent);
    expect("fault" in readTree(sent)).toBe(false);
  });

  it("a list of versions holds numbers", () => {
    expect(body("list", "1\n2", true)).toBe('{"a":[1,2]}');
  });

  it.each<[Kind, string, object]>([
    ["number", "many", { kind: "number" }],
    ["duration", "soon", { kind: "duration" }],
    ["map", "no sign", { kind: "pair" }],
    ["map", '{"a":1,\n  oops}', { kind: "json", fault: "name", line: 2, column: 3 }],
    ["any", "[1", { kind: "json", fault: "end", line: 1, column: 3 }],
  ])("as %s, %j is refused at its field", (kind, text, fault) => {
    expect(body(kind, text)).toEqual([fault]);
  });
});
