import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { VaultError } from "../../src/framework/index.ts";
import { fromAlbEvent } from "../../src/http/alb.ts";
import { parseBody, weigh } from "../../src/http/body.ts";
import { createGatewayHandler, createHttpHandler, fromEvent, type HttpRequest } from "../../src/http/index.ts";
import { percentDecode } from "../../src/http/message.ts";
import { apiPath, isPrintable } from "../../src/http/path.ts";
import { isJsonObject, writeJson } from "../../src/std/json.ts";
import { systemRandom } from "../../src/std/random.ts";
import { createVerbRewriter } from "../../src/std/verbs.ts";
import { codePoint } from "../support/text.ts";
import { echo } from "../unit/http/fixtures.ts";

/** Whatever comes in, a decoder gives its type or a `VaultError`, and takes time in proportion to its input. */

const decodesOrRefuses = (act: () => unknown): void => {
  try {
    act();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
  }
};

const bytes = fc.uint8Array({ maxLength: 400 });
const nastyJson = fc
  .array(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\",
      "\\u",
      "d800",
      ":",
      ",",
      "1",
      "e",
      ".",
      "-",
      "null",
      "__proto__",
      " ",
      "é",
    ),
    {
      maxLength: 60,
    },
  )
  .map((parts) => parts.join(""));
const text = fc.string({ unit: codePoint, maxLength: 60 });
const method = fc.oneof(
  fc.constantFrom("GET", "LIST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "HELP", "OPTIONS"),
  text,
);
const segment = fc.oneof(text, fc.constantFrom("..", ".", "%2e%2e", "%2f", "", "v1", "sys", "a"));
const path = fc.oneof(
  text,
  fc.array(segment, { maxLength: 8 }).map((parts) => `/v1/${parts.join("/")}`),
);
const headers = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "x-vault-token",
      "authorization",
      "x-vault-wrap-ttl",
      "x-vault-mfa",
      "x-vault-namespace",
      "x-vault-policy-override",
      "content-type",
      "content-encoding",
      "origin",
      "__proto__",
    ),
    text,
  ),
  fc.array(fc.oneof(text, fc.constantFrom("1h", "-1", "root", "application/x-www-form-urlencoded", "Bearer x")), {
    maxLength: 3,
  }),
);
const request: fc.Arbitrary<HttpRequest> = fc.record({
  method,
  path,
  query: fc.oneof(text, fc.constantFrom("list=true", "help=1", "a=%zz", "list=maybe", "a=1&a=2")),
  headers,
  body: fc.oneof(
    bytes,
    nastyJson.map((given) => Buffer.from(given)),
    fc.json().map((given) => Buffer.from(given)),
  ),
  sourceAddress: text,
});

const handler = createHttpHandler({
  random: systemRandom,
  core: {
    admit: async () => undefined,
    handle: async (decoded) => echo(decoded),
    cors: async () => ({ origins: ["https://a"], headers: [] }),
  },
});

describe("any request", () => {
  it("is answered below 500, in Vault's shape, and never with an exception", async () => {
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const response = await handler(asked);
        expect(response.status).toBeGreaterThanOrEqual(200);
        expect(response.status).toBeLessThan(500);
        expect(response.headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
        if (response.body.length > 0 && response.status >= 400) {
          expect(JSON.parse(Buffer.from(response.body).toString())).toMatchObject({ errors: expect.any(Array) });
          expect(response.body.length).toBeLessThan(4096);
        }
      }),
      { numRuns: 500 },
    );
  });
  it("leaves the prototype of objects alone", () => expect(Object.keys(Object.prototype)).toEqual([]));
});

describe("any event", () => {
  const event = fc.oneof(
    fc.anything(),
    fc.record({
      version: fc.constant("2.0"),
      rawPath: fc.oneof(path, fc.anything()),
      rawQueryString: fc.anything(),
      headers: fc.oneof(fc.dictionary(text, fc.anything()), fc.anything()),
      body: fc.anything(),
      isBase64Encoded: fc.boolean(),
      requestContext: fc.record({ stage: fc.anything(), http: fc.record({ method, sourceIp: fc.anything() }) }),
    }),
  );
  it("becomes a request or a refusal", () => {
    fc.assert(
      fc.property(event, (given) => {
        decodesOrRefuses(() => fromEvent(given, "http-api"));
        decodesOrRefuses(() => fromEvent(given, "function-url"));
        decodesOrRefuses(() => fromAlbEvent(given));
      }),
    );
  });
  it("is answered below 500", async () => {
    await fc.assert(
      fc.asyncProperty(event, async (given) => {
        expect((await createGatewayHandler(handler, "http-api")(given)).statusCode).toBeLessThan(500);
      }),
    );
  });
});

describe("any body", () => {
  it("becomes an object or a refusal", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          nastyJson.map((given) => Buffer.from(given)),
        ),
        fc.option(text, { nil: undefined }),
        (body, type) => {
          decodesOrRefuses(() => expect(isJsonObject(parseBody(body, type))).toBe(true));
        },
      ),
      { numRuns: 1000 },
    );
  });
  it("that is a JSON object is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const json = JSON.stringify(value);
        expect(JSON.parse(writeJson(parseBody(Buffer.from(json), undefined)))).toEqual(JSON.parse(json));
      }),
    );
  });
  it("is never accepted where JSON.parse refuses it", () => {
    fc.assert(
      fc.property(nastyJson, (json) => {
        let accepted = true;
        try {
          parseBody(Buffer.from(json), undefined);
        } catch {
          accepted = false;
        }
        if (accepted && json.trim() !== "") expect(() => JSON.parse(json)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
  it("has the depth that its value has", () => {
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 12 }), (value) => {
        expect(weigh(Buffer.from(JSON.stringify(value))).depth).toBe(depthOf(value));
      }),
    );
  });
  it.each([
    ["brackets", "["],
    ["quotes", '"'],
    ["backslashes in text", '"\\'],
    ["escapes", '"\\ud800'],
    ["commas", ","],
    ["digits", "9"],
  ])("of a hundred kilobytes of %s is weighed in one pass", (_, unit) => {
    let reads = 0;
    const body = Buffer.from(unit.repeat(100_000 / unit.length));
    const counted = new Proxy(body, {
      get: (target, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) reads++;
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    weigh(counted, Number.POSITIVE_INFINITY);
    expect(reads).toBeLessThan(6 * body.length);
  });
});

describe("any path", () => {
  it("comes out the same when it goes in again", () => {
    fc.assert(
      fc.property(path, (given) => {
        decodesOrRefuses(() => {
          const below = apiPath(given);
          if (below !== undefined) expect(apiPath(`/v1/${below}`)).toBe(below);
        });
      }),
    );
  });
  it("that is accepted holds no dots, no empty segment and nothing unprintable", () => {
    fc.assert(
      fc.property(path, (given) => {
        decodesOrRefuses(() => {
          const below = isPrintable(given) ? apiPath(given) : undefined;
          expect(below ?? "").not.toMatch(/(^|\/)\.\.?(\/|$)|\/\/|[\p{C}\p{Zl}\p{Zp}]/u);
        });
      }),
    );
  });
  it("is decoded to what encodeURIComponent encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (given) => {
        expect(percentDecode(encodeURIComponent(given))).toBe(given);
      }),
    );
  });
});

describe("any byte stream", () => {
  const piece = fc.oneof(
    bytes,
    fc
      .constantFrom(
        "LIST /v1/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nLIST ",
        "HELP ",
        "\r\n",
      )
      .map((given) => Buffer.from(given)),
  );
  it("passes the rewriter with its length kept and nothing changed but method words", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (pieces, size) => {
        const whole = Buffer.concat(pieces);
        const rewriter = createVerbRewriter();
        const out: Uint8Array[] = [];
        for (let at = 0; at < whole.length; at += size) out.push(rewriter.push(whole.subarray(at, at + size)));
        const got = Buffer.concat([...out, rewriter.flush()]).toString("latin1");
        const same = (given: string) =>
          given
            .replace(/LIST |LINK /g, "#LNK ")
            .replace(/HELP |BIND |LOCK /g, "#HLP ")
            .replace(/#LNK |#HLP /g, "#### ");
        expect(same(got)).toBe(same(whole.toString("latin1")));
      }),
    );
  });
});
