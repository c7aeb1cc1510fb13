import { describe, expect, it } from "@jest/globals";
import type { UiFile } from "../../../src/ui-files/files.ts";
import { PAGE_HEADERS } from "../../../src/ui-files/headers.ts";
import { isUi, serveUi, type UiAnswer } from "../../../src/ui-files/serve.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = ({ body }: UiAnswer): string => new TextDecoder().decode(body);

const FILES = new Map<string, UiFile>([
  ["index.html", { contentType: "text/html; charset=utf-8", lasting: false, plain: bytes("the document") }],
  [
    "assets/main-AAAA.js",
    {
      contentType: "text/javascript; charset=utf-8",
      lasting: true,
      plain: bytes("plain"),
      br: bytes("br"),
      gzip: bytes("gzip"),
    },
  ],
]);

const ask = (path: string, { method = "GET", acceptEncoding = "" } = {}): UiAnswer =>
  serveUi({ method, path, acceptEncoding }, FILES);

const ADDRESSES = [
  "/ui/",
  "/ui/browse/secret/team-a/db",
  "/ui/browse/secret/app.json",
  "/ui/browse/secret/a.b/c.d/",
  "/ui/browse/secret/assets/main.js",
  "/ui/edit/secret/%2e%2e",
  "/ui/vault/secrets/kv/show/index.html",
  "/ui/policies/default.hcl",
  "/ui/nonsense",
];

describe("which addresses there are", () => {
  it.each(ADDRESSES)("the document answers %s, with dots in names too", (path) => {
    expect([ask(path).status, text(ask(path))]).toEqual([200, "the document"]);
  });

  it.each(["/ui/assets/main-BBBB.js", "/ui/assets/", "/ui/assets/../index.html", "/ui/robots.txt", "/ui/.env"])(
    "there is no file %s",
    (path) => {
      expect(ask(path).status).toBe(404);
    },
  );

  it.each(["/", "/ui"])("%s leads to the page", (path) => {
    const { status, headers } = ask(path);

    expect([status, headers["location"]]).toEqual([302, "/ui/"]);
  });

  it("leaves the API, and what only looks like the page, to the server", () => {
    const ours = ["/", "/ui", "/ui/", "/ui/x"].map((path) => isUi({ method: "GET", path }));
    const others = ["/v1/sys/health", "/uix", "/u", "//ui/", ""].map((path) => isUi({ method: "GET", path }));

    expect(ours).toEqual([true, true, true, true]);
    expect(others).toEqual([false, false, false, false, false]);
    expect(isUi({ method: "POST", path: "/" })).toBe(false);
  });
});

describe("how they are answered", () => {
  it("S55: every answer has every header, whatever its status", () => {
    const answers = [...ADDRESSES, "/", "/ui", "/ui/assets/main-AAAA.js", "/ui/assets/none.js"].map((path) =>
      ask(path),
    );

    for (const { headers } of [...answers, ask("/ui/", { method: "POST" })]) {
      expect(headers).toMatchObject(PAGE_HEADERS);
    }
  });

  it("S51: the policy is the one that docs/threat-model.md argues with", () => {
    expect(PAGE_HEADERS["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types zeroth",
    );
  });

  it("keeps hashed files for good and the document never", () => {
    expect(ask("/ui/assets/main-AAAA.js").headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    for (const path of ["/ui/", "/ui/browse/x.js", "/ui", "/ui/assets/none.js"])
      expect(ask(path).headers["cache-control"]).toBe("no-store");
  });

  it.each([
    ["br, gzip", "br"],
    ["gzip, deflate", "gzip"],
    ["GZIP;q=0.5", "gzip"],
    ["br;q=0, gzip;q=0.1", "gzip"],
    ["br;q=0.000, *", "gzip"],
    ["*", "br"],
    ["*;q=0", undefined],
    ["identity", undefined],
    ["", undefined],
  ])("takes the encoding that %j allows", (acceptEncoding, encoding) => {
    const answer = ask("/ui/assets/main-AAAA.js", { acceptEncoding });

    expect(answer.headers["content-encoding"]).toBe(encoding);
    expect(answer.headers["vary"]).toBe("accept-encoding");
    expect(text(answer)).toBe(encoding ?? "plain");
  });

  it("sends a file as it is where it was not compressed", () => {
    expect(ask("/ui/", { acceptEncoding: "br" }).headers).not.toHaveProperty("content-encoding");
  });

  it("answers HEAD like GET, without a body", () => {
    const [head, get] = ["HEAD", "GET"].map((method) => ask("/ui/browse/x", { method }));

    expect(head).toEqual({ ...get, body: new Uint8Array(0) });
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "LIST", "get"])("refuses %s", (method) => {
    const { status, headers } = ask("/ui/", { method });

    expect([status, headers["allow"]]).toEqual([405, "GET, HEAD"]);
  });
});
