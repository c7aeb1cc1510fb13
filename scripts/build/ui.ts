import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type OutputFile } from "esbuild";
import { loadedAtOnce } from "./inventory.ts";
import { earlyParts } from "./ui-parts.ts";
import { oneStart, withStart } from "./ui-start.ts";

/**
 * Builds the page of `ui/`: the entry with a chunk for each page, the worker as a file of its own, one sheet, and the
 * document that names them. Names have a hash of the content. There are no source maps: the page shows secrets,
 * and whoever reads a trace has the sources.
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ASSETS = "assets";

/** Its address is the constant `WORKER_URL` of `ui/built.d.ts`. */
const WORKER = "ui/worker/main.ts";
const MAIN = "ui/main.tsx";
/** What the document runs first, and `MAIN` imports. */
const BEGIN = "ui/begin.ts";

export interface BuiltUi {
  /** By name below `/ui/`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What went into which file, of all builds together; names of outputs are those of `files`. */
  readonly metafile: Metafile;
  /** The file of each source that is asked for by itself: `ui/begin.ts`, `ui/styles/index.css`, workers, pages. */
  readonly entries: ReadonlyMap<string, string>;
}

const settings = (root: string): BuildOptions & { write: false; metafile: true } => ({
  absWorkingDir: root,
  outdir: ASSETS,
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  platform: "browser",
  // Where `light-dark()` began.
  target: ["chrome123", "firefox120", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".svg": "file" },
  legalComments: "none",
  charset: "utf8",
  logLevel: "silent",
  plugins: [earlyParts(root)],
});

interface Part {
  readonly outputFiles: readonly OutputFile[];
  readonly metafile: Metafile;
}

const entriesOf = ({ outputs }: Metafile): ReadonlyMap<string, string> =>
  new Map(Object.entries(outputs).flatMap(([name, { entryPoint }]) => (entryPoint ? [[entryPoint, name]] : [])));

const required = (entries: ReadonlyMap<string, string>, source: string): string => {
  const name = entries.get(source);
  if (name === undefined) throw new Error(`the build made no file of ${source}`);
  return name;
};

/**
 * esbuild puts what an entry shares with others into a chunk, and leaves a file that imports the chunk and nothing else.
 * The document names the chunk in its place: one request less, and no round trip after it.
 */
const withoutStubs = (part: Part, sources: readonly string[]): Part & Pick<BuiltUi, "entries"> => {
  const { outputs } = part.metafile;
  const entries = new Map(entriesOf(part.metafile));
  const stubs = new Set<string>();
  for (const source of sources) {
    const own = required(entries, source);
    const chunk = Object.keys(outputs).find((name) => name !== own && source in (outputs[name]?.inputs ?? {}));
    if (chunk === undefined) continue;
    entries.set(source, chunk);
    stubs.add(own);
  }
  return {
    entries,
    metafile: {
      ...part.metafile,
      outputs: Object.fromEntries(Object.entries(outputs).filter(([name]) => !stubs.has(name))),
    },
    outputFiles: part.outputFiles.filter(({ path }) => ![...stubs].some((stub) => path.endsWith(stub))),
  };
};

const addressOf = (name: string): string => `/ui/${name}`;

/** One file, and a script in place of a module, which not every browser takes in a worker. */
const buildWorker = (root: string): Promise<Part> =>
  build({ ...settings(root), entryPoints: { worker: WORKER }, format: "iife" });

/** Pictures that the document names, as they are. */
const buildPictures = async (root: string, html: string): Promise<readonly Part[]> => {
  const named = [...html.matchAll(/\bhref="(?:\.\/)?([^":/][^":]*\.svg)"/g)].map(([, path = ""]) => `ui/${path}`);
  return named.length === 0
    ? []
    : [await build({ ...settings(root), entryPoints: named, outbase: "ui", loader: { ".svg": "copy" } })];
};

const integrityOf = (bytes: Uint8Array): string => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;

/**
 * The document: `src` and `href` with a path of the sources become the built file's address, with its `integrity` where
 * the browser looks at one.
 */
const writeDocument = (html: string, built: Omit<BuiltUi, "files">, files: ReadonlyMap<string, Uint8Array>): string => {
  const checked = (name: string): string =>
    `"${addressOf(name)}" integrity="${integrityOf(files.get(name) ?? new Uint8Array(0))}"`;
  const withAddresses = html.replace(
    /\b(src|href)="(?:\.\/)?([^":/][^":]*)"/g,
    (_, attribute: string, path: string) => {
      const name = required(built.entries, `ui/${path}`);
      return `${attribute}=${/\.(js|css)$/.test(name) ? checked(name) : `"${addressOf(name)}"`}`;
    },
  );
  const starts = [MAIN, BEGIN].map((source) => required(built.entries, source));
  // The browser fetches them at once and not one after the other.
  const early = [...loadedAtOnce(starts, built.metafile.outputs)]
    .filter((name) => !starts.includes(name))
    .map((name) => `<link rel="modulepreload" href=${checked(name)}>`);
  return withAddresses.replace("</head>", `${early.join("")}</head>`).replace(/>\s+</g, "><");
};

export interface BuildUiOptions {
  /** As the sources import each other, without `oneStart`: for looking at their layers. */
  readonly asWritten?: boolean | undefined;
}

/** Builds in memory, in about a tenth of a second. Rejects with esbuild's own message for a fault in the sources. */
export const buildUi = async (root: string = ROOT, { asWritten = false }: BuildUiOptions = {}): Promise<BuiltUi> => {
  const worker = await buildWorker(root);
  const common = settings(root);
  const whole = await build({
    ...common,
    plugins: asWritten ? [earlyParts(root)] : [earlyParts(root, withStart), oneStart],
    entryPoints: { begin: BEGIN, main: MAIN, styles: "ui/styles/index.css" },
    format: "esm",
    splitting: true,
    define: { WORKER_URL: JSON.stringify(addressOf(required(entriesOf(worker.metafile), WORKER))) },
  });
  const page = withoutStubs(whole, [BEGIN, MAIN]);
  const html = await readFile(join(root, "ui/index.html"), "utf8");
  const parts: readonly Part[] = [worker, page, ...(await buildPictures(root, html))];
  const metafile: Metafile = {
    inputs: Object.assign({}, ...parts.map((part) => part.metafile.inputs)),
    outputs: Object.assign({}, ...parts.map((part) => part.metafile.outputs)),
  };
  const files = new Map<string, Uint8Array>(
    parts.flatMap(({ outputFiles }) => outputFiles.map(({ path, contents }) => [relative(root, path), contents])),
  );
  const entries = new Map([...entriesOf(metafile), ...page.entries]);
  const document = writeDocument(html, { entries, metafile }, files);
  files.set("index.html", new TextEncoder().encode(document));
  return { files, metafile, entries };
};
