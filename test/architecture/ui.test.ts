import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { buildUi } from "../../scripts/build/ui.ts";
import { everyFile, repository } from "./support/repository.ts";

/** The layers of the page, by what esbuild read; and what no source of it may do. */

const { metafile } = await buildUi(undefined, { asWritten: true });
const imports = Object.entries(metafile.inputs).flatMap(([from, { imports: all }]) =>
  all.map(({ path }) => [from, path] as const),
);

/** Of the server, only what judges and reads: the policy engine, the judge of audit logs, and the leaves below them. */
const FROM_SERVER = /^src\/(policy|hcl|audit|contract|std)\//;
/** The framework; and of the server's own reader of JSON the package below it, for lines of an audit log. */
const PACKAGES = /^node_modules\/(?:preact|lossless-json)\//;

/** Folders of `ui/` in their order: one imports from itself and from those named. Pages and texts are apart. */
const LAYERS: Readonly<Record<string, RegExp>> = {
  worker: /^ui\/(worker|protocol\.ts)/,
  kit: /^ui\/(kit|texts|router\.ts|routes\.ts|client\/(clock|json-tree|shell-word|use-listener)\.ts)/,
  client: /^ui\/(client|kit|texts|router\.ts|routes\.ts|protocol\.ts)/,
  shell: /^ui\/(shell|client|kit|texts|router\.ts|routes\.ts|protocol\.ts|pages\/(registry\.ts|page\.ts|sign-in\/))/,
  share: /^ui\/(share|client|routes\.ts|protocol\.ts)/,
  audit: /^ui\/(audit|client|protocol\.ts)/,
  policy: /^ui\/(policy|client|protocol\.ts)/,
};
const PAGE = /^ui\/pages\/([\w-]+)\//;

const astray = ([from, to]: readonly [string, string]): boolean => {
  if (!to.startsWith("ui/")) return false;
  const [, page] = PAGE.exec(from) ?? [];
  const own = new RegExp(
    `^ui/(pages/${page}/|pages/page\\.ts|client|kit|share|audit|policy|texts|router\\.ts|routes\\.ts|protocol\\.ts)`,
  );
  if (page !== undefined) return !own.test(to);
  const layer = Object.entries(LAYERS).find(([name]) => from.startsWith(`ui/${name}/`));
  return layer !== undefined && !layer[1].test(to);
};

describe("the layers of the page", () => {
  it("are seen", () => {
    expect(Object.keys(metafile.inputs).length).toBeGreaterThan(60);
    expect(imports.length).toBeGreaterThan(200);
  });

  it("take from the server what is pure, and two packages", () => {
    const foreign = Object.keys(metafile.inputs).filter(
      (path) => !path.startsWith("ui/") && !FROM_SERVER.test(path) && !PACKAGES.test(path),
    );
    expect(foreign).toEqual([]);
  });

  it("go one way, and pages do not know each other", () => {
    expect(imports.filter(astray).map(([from, to]) => `${from} -> ${to}`)).toEqual([]);
  });

  it("have no cycles", () => {
    const next = new Map<string, string[]>();
    for (const [from, to] of imports) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      if (path.includes(file) || done.has(file)) return;
      for (const to of next.get(file) ?? []) if (to.startsWith("ui/")) walk(to, [...path, file]);
      done.add(file);
    };
    for (const file of next.keys()) if (file.startsWith("ui/")) walk(file, []);

    // The registry of pages is loaded by the shell, and pages by the registry, on demand.
    expect(circles).toEqual([]);
  });
});

const sources = everyFile
  .filter((file) => /^ui\/.*\.tsx?$/.test(file))
  .map((file) => ({
    file,
    code: readFileSync(join(repository, file), "utf8")
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/(^|\s)\/\/.*$/gm, ""),
  }));

const BANNED: readonly (readonly [string, RegExp, allowed: RegExp])[] = [
  [
    "markup out of text",
    /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment/,
    /^$/,
  ],
  ["script out of text", /\beval\(|new Function\b|\bimportScripts\(|setTimeout\(\s*["'`]|javascript:/, /^ui\/texts\/$/],
  [
    "storage",
    /\b(?:local|session)Storage\b|\bindexedDB\b|\bcaches\b|document\.cookie|navigator\.storage/,
    /^ui\/(?:[\w-]+\/)?theme\.ts$/,
  ],
  ["the console", /\bconsole\b/, /^$/],
  ["a style attribute", /\sstyle=|setAttribute\(\s*["']style|\.cssText\b/, /^$/],
  ["a service worker", /\bserviceWorker\b/, /^$/],
  ["an answer from elsewhere", /\bwindow\.open\(|\bpostMessage\([^)]*["']\*["']/, /^$/],
];

describe("no source of the page", () => {
  it.each(BANNED)("uses %s", (_, pattern, allowed) => {
    const found = sources.filter(({ file, code }) => !allowed.test(file) && pattern.test(code)).map(({ file }) => file);

    expect(sources.length).toBeGreaterThan(40);
    expect(found).toEqual([]);
  });

  it("calls the API but the worker", () => {
    const callers = sources.filter(({ code }) =>
      /\bfetch\(|XMLHttpRequest|sendBeacon|EventSource|WebSocket/.test(code),
    );

    expect(callers.map(({ file }) => file).filter((file) => !file.startsWith("ui/worker/"))).toEqual([]);
  });
});
