import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { buildFunction } from "../../scripts/build/function.ts";
import { inventoryOf } from "../../scripts/build/inventory.ts";
import { type BuiltUi, buildUi } from "../../scripts/build/ui.ts";
import { printPage, sizesOf, tooLarge } from "../../scripts/build/ui-sizes.ts";
import { HOMES } from "../../src/catalog.ts";
import { deployedFunctions } from "../../src/contract/homes.ts";
import { type RunningFunction, startFunction } from "./support/lambda-worker.ts";
import { statementsByFunction } from "./support/policies.ts";
import { makeTemplates, propertiesOf } from "./support/stacks.ts";

/** The web page as it is deployed: the built function answers events of the gateway; its role; its routes. */

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Of every file below `/ui/`, word for word. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types zeroth",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "clipboard-write=(self), clipboard-read=(), camera=(), microphone=(), geolocation=()",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};

interface Result {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

let folder: string;
let page: BuiltUi;
let running: RunningFunction;
let origins: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zeroth-ui-"));
  page = await buildUi();
  const { metafile } = await buildFunction("ui", { root, outdir: folder });
  const { eager, lazy } = inventoryOf(metafile);
  origins = [...Object.keys(eager.origins), ...Object.keys(lazy.origins)];
  running = await startFunction(pathToFileURL(join(folder, "index.mjs")).href, { ZEROTH_FUNCTION: "ui" });
});
afterAll(async () => {
  await running.stop();
  await rm(folder, { recursive: true });
});

const ask = async (rawPath: string, acceptEncoding?: string, method = "GET"): Promise<Result> => {
  const { result } = await running.invoke({
    version: "2.0",
    rawPath,
    rawQueryString: "",
    headers: acceptEncoding === undefined ? {} : { "accept-encoding": acceptEncoding },
    requestContext: { stage: "$default", http: { method, path: rawPath } },
    isBase64Encoded: false,
  });
  return result as Result;
};

describe("the built function of the page", () => {
  it("42. S51, S53, S55: serves every file with every header, and its own bytes in each encoding", async () => {
    const names = [...page.files.keys()];
    for (const name of names) {
      const lasting = name === "index.html" ? "no-store" : "public, max-age=31536000, immutable";
      for (const [acceptEncoding, undo] of [
        [undefined, (bytes: Buffer) => bytes],
        ["gzip, deflate", gunzipSync],
        ["gzip, deflate, br, zstd", brotliDecompressSync],
      ] as const) {
        const { statusCode, headers, body, isBase64Encoded } = await ask(`/ui/${name}`, acceptEncoding);

        expect([name, statusCode, isBase64Encoded]).toEqual([name, 200, true]);
        expect(headers).toMatchObject({ ...HEADERS, "cache-control": lasting });
        expect(undo(Buffer.from(body, "base64")).equals(Buffer.from(page.files.get(name) ?? ""))).toBe(true);
      }
    }
    expect(names.length).toBeGreaterThan(20);
  });

  it("serves the document for addresses of pages, with dots in names too", async () => {
    for (const path of ["/ui/", "/ui/browse/secret/app.json", "/ui/policies/default.hcl"]) {
      expect(Buffer.from((await ask(path)).body, "base64").toString()).toContain("<!doctype html>");
    }
  });

  it("leads from / and /ui to the page, and says what there is not", async () => {
    expect(await ask("/")).toMatchObject({ statusCode: 302, headers: { ...HEADERS, location: "/ui/" } });
    expect(await ask("/ui")).toMatchObject({ statusCode: 302, headers: { location: "/ui/" } });
    expect(await ask("/ui/assets/main-OLD.js")).toMatchObject({ statusCode: 404, headers: HEADERS });
    expect(await ask("/ui/", undefined, "POST")).toMatchObject({ statusCode: 405, headers: HEADERS });
    expect((await running.invoke({ source: "zeroth.schedule" })).result).toMatchObject({ statusCode: 400 });
  });

  it("calls nobody, and holds neither core nor the SDK", () => {
    expect(running.touched).toEqual([]);
    expect(origins.filter((name) => !/^(lambdas|src\/ui-files)/.test(name))).toEqual([]);
  });

  it("holds files of the page alone, without source maps", async () => {
    const files = await readdir(join(folder, "files"), { recursive: true });

    expect(files.filter((name) => name.endsWith(".map"))).toEqual([]);
    expect(files.length).toBe(page.files.size * 3 + 2);
  });
});

describe("the built page", () => {
  const texts = (): readonly (readonly [string, string])[] =>
    [...page.files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);

  it("43. S57: names no other origin, evaluates no text, and has no source map", () => {
    for (const [name, text] of texts()) {
      // Names of XML, not addresses of anybody; examples in texts of the page lead nowhere either.
      const origins = [...text.matchAll(/\bhttps?:\/\/([\w.-]+)/g)].map(([, host]) => host ?? "");
      expect([
        name,
        origins.filter((host) => !/^(www\.w3\.org|.*\bexample\.(com|org)|.*\.invalid)$/.test(host)),
      ]).toEqual([name, []]);
      expect([name, /\beval\(|new Function\(|sourceMappingURL/.test(text)]).toEqual([name, false]);
    }
  });

  it("S57: the document names the entry, what it imports and the sheet with their hashes", () => {
    const document = new TextDecoder().decode(page.files.get("index.html"));
    const addressed = [...document.matchAll(/\b(?:src|href)="\/ui\/([^"]+)"/g)].map(([, name = ""]) => name);

    expect(addressed.filter((name) => !page.files.has(name))).toEqual([]);
    const checked = [...document.matchAll(/"\/ui\/([^"]+\.(?:js|css))" integrity="sha384-[\w+/]{64}"/g)];
    expect(checked.map(([, name]) => name)).toEqual(addressed.filter((name) => /\.(js|css)$/.test(name)));
    expect(document).not.toMatch(/\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|<style/);
  });

  it("asks for what its first call waits for before anything else: a connection without cookies, and the worker", () => {
    const document = new TextDecoder().decode(page.files.get("index.html"));
    const links = [...document.matchAll(/<(?:link|script)\b[^>]*\b(?:src|href)="([^"]+)"[^>]*>/g)];
    const fileOf = (source: string): string => `/ui/${page.entries.get(source)}`;

    expect(links.slice(0, 3).map(([, address]) => address)).toEqual([
      "/",
      fileOf("ui/begin.ts"),
      fileOf("ui/worker/main.ts"),
    ]);
    expect(links[0]?.[0]).toBe('<link rel="preconnect" href="/" crossorigin>');
  });

  it("43. keeps its budgets, and its inventory as committed", async () => {
    const sizes = await sizesOf(page);
    const names = (text: string): string => text.split("KB, compressed")[0] ?? "";

    expect(tooLarge(sizes)).toEqual([]);
    expect(names(printPage(page, sizes))).toBe(names(await readFile(join(root, "docs/bundles/page.txt"), "utf8")));
  });

  it("is the same every time", async () => {
    const again = await buildUi();

    expect([...again.files.keys()]).toEqual([...page.files.keys()]);
  });
});

describe("the stack", () => {
  const { stateless } = makeTemplates();
  const without = makeTemplates({ ui: "false" }).stateless;
  const described = (template: typeof stateless) =>
    propertiesOf(template, "AWS::Lambda::Function").find(({ Description }) => Description === "Zeroth zeroth: ui");
  const routes = (template: typeof stateless) =>
    propertiesOf(template, "AWS::ApiGatewayV2::Route").map(({ RouteKey }) => String(RouteKey));

  it("gives the function nothing but its log, and no name of table or key", () => {
    expect((statementsByFunction(stateless)["ui"] ?? []).map(({ sid, actions }) => [sid, actions])).toEqual([
      ["WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"]],
    ]);
    expect(described(stateless)).toMatchObject({
      MemorySize: 128,
      Timeout: 3,
      Environment: { Variables: { ZEROTH_FUNCTION: "ui" } },
    });
  });

  it("throttles the page by itself", () => {
    const own = { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 };
    makeTemplates({ uiRate: "7", uiBurst: "9" }).stateless.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      RouteSettings: Match.objectLike({ "GET /": own, "ANY /ui": own, "ANY /ui/{path+}": own }),
    });
  });

  it("leaves all of it out where zeroth:ui is false", () => {
    expect(described(without)).toBeUndefined();
    expect(routes(stateless).filter((key) => !routes(without).includes(key))).toEqual([
      "GET /",
      "ANY /ui",
      "ANY /ui/{path+}",
    ]);
    expect(JSON.stringify(without.toJSON())).not.toContain("/ui");
    expect(propertiesOf(without, "AWS::Lambda::Function")).toHaveLength(deployedFunctions(HOMES).length - 1);
  });

  it("has no alarm of the page's own: api-5xx counts its failures", () => {
    const names = propertiesOf(stateless, "AWS::CloudWatch::Alarm").map(({ AlarmName }) => String(AlarmName));

    expect(names.filter((name) => name.includes("-ui-"))).toEqual([]);
    expect(names).toContain("zeroth-api-5xx");
  });
});
