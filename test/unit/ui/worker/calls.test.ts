import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ApiRequest } from "../../../../ui/protocol.ts";
import { send } from "../../../../ui/worker/calls.ts";

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** What is fetched for a request, and what is answered. */
const sending = async (request: ApiRequest, token?: string, response = (): Response => new Response("{}")) => {
  const sent: Sent[] = [];
  const answer = await send(
    async (url, init = {}) => {
      sent.push({ url: String(url), init });
      return response();
    },
    request,
    token,
  );
  return { sent, answer };
};

describe("a call of the API", () => {
  it("has no cookie, follows nothing, keeps nothing", async () => {
    const { sent } = await sending({ method: "GET", path: "secret/data/db" }, "hvs.x");

    expect(sent).toMatchObject([
      {
        url: "/v1/secret/data/db",
        init: {
          credentials: "omit",
          redirect: "error",
          cache: "no-store",
          headers: { "X-Vault-Token": "hvs.x", "X-Vault-Request": "true" },
        },
      },
    ]);
  });

  it("reaches the path that it names, whatever is in it", async () => {
    const segment = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("/"));
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1 }), async (segments) => {
        const { sent, answer } = await sending({ method: "GET", path: segments.join("/") });
        if (segments.some((one) => one === "." || one === "..")) {
          expect(sent).toEqual([]);
          expect(answer.status).toBe(400);
          return;
        }
        const { pathname, search, hash } = new URL(sent[0]?.url ?? "", "https://zeroth.test");
        expect(pathname.slice("/v1/".length).split("/").map(decodeURIComponent)).toEqual(segments);
        expect([search, hash]).toEqual(["", ""]);
      }),
    );
  });

  it.each<[string, ApiRequest, string | undefined]>([
    ["half a character in a path", { method: "GET", path: "secret/\ud800" }, "hvs.x"],
    ["a token that no header carries", { method: "GET", path: "x" }, "hvs.…"],
    ["a token with a line end", { method: "GET", path: "x" }, "hvs.x\r\nX-Vault-Wrap-TTL: 1h"],
  ])("is refused, and not sent, for %s", async (_, request, token) => {
    const { sent, answer } = await sending(request, token);

    expect(sent).toEqual([]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse(answer.body)).toEqual({ errors: [expect.any(String)] });
  });

  it("sends a body as it is, and says what it is", async () => {
    const body = '{"data":{"n":12345678901234567890}}';
    const { sent } = await sending({ method: "PATCH", path: "secret/data/db", body, patch: true, wrapTtl: "1h" });

    expect(sent[0]?.init).toMatchObject({
      body,
      headers: { "Content-Type": "application/merge-patch+json", "X-Vault-Wrap-TTL": "1h" },
    });
  });

  it("tells the server's time, and how long to wait", async () => {
    const headers = { Date: "Mon, 30 Nov 2026 10:00:00 GMT", "Retry-After": "7" };
    const { answer } = await sending(
      { method: "GET", path: "x" },
      undefined,
      () => new Response("", { status: 429, headers }),
    );

    expect(answer).toEqual({ status: 429, body: "", retryAfter: 7, date: Date.UTC(2026, 10, 30, 10) });
  });

  it("without an answer is 0", async () => {
    const answer = await send(() => Promise.reject(new TypeError("gone")), { method: "GET", path: "x" }, undefined);
    expect(answer).toEqual({ status: 0, body: "" });
  });
});
