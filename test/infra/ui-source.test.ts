import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { builtAgain, builtOnce } from "../../scripts/build/ui-source.ts";
import { type UiSource, withUi } from "../../src/ui-files/source.ts";

/** The page that a server in this process builds from the sources, here those of a very small page. */

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
let root: string;

const write = async (name: string, text: string): Promise<void> => {
  const file = join(root, "ui", name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};
const says = (text: string): Promise<void> =>
  write("main.tsx", `import { render } from "preact"; render(<p>{WORKER_URL} ${text}</p>, document.body);`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "zeroth-page-"));
  await symlink(packages, join(root, "node_modules"));
  await write(
    "index.html",
    '<head><link rel="stylesheet" href="styles/index.css"><script type="module" src="main.tsx"></script></head>',
  );
  await write("styles/index.css", "p { color: red }");
  await write("begin.ts", "export {};");
  await write("worker/main.ts", "addEventListener('connect', () => {});");
  await write("kit/index.ts", "export {};");
  await says("first");
});
afterAll(() => rm(root, { recursive: true }));

const ask = async (source: UiSource | undefined, path: string): Promise<string> => {
  const handler = withUi(source, async () => ({
    status: 404,
    headers: {},
    body: new TextEncoder().encode("the server"),
  }));
  const { body } = await handler({ method: "GET", path, headers: {} });
  return new TextDecoder().decode(body);
};
/** Address and text of the entry that the document names. */
const entry = async (source: UiSource): Promise<readonly [string, string]> => {
  const [, address = ""] = /src="([^"]+)"/.exec(await ask(source, "/ui/browse/a.b")) ?? [];
  return [address, await ask(source, address)];
};

it("is built once, and left as it was", async () => {
  const source = await builtOnce(root);
  await says("second");

  expect((await entry(source))[1]).toContain("first");
  expect((await entry(source))[1]).toMatch(/\/ui\/assets\/worker-\w{8}\.js/);
});

it("is built again when it is opened, and a page that is open keeps its files", async () => {
  await says("third");
  const source = await builtAgain(() => undefined, root);
  const [before] = await entry(source);
  await says("fourth");
  const [after, text] = await entry(source);

  expect(text).toContain("fourth");
  expect(after).not.toBe(before);
  expect(await ask(source, before)).toContain("third");
});

it("stays as it was while the sources have a fault, which is told", async () => {
  await says("fifth");
  const faults: string[] = [];
  const source = await builtAgain((fault) => faults.push(fault), root);
  await says("sixth</b>");

  expect((await entry(source))[1]).toContain("fifth");
  expect(faults.join()).toMatch(/main\.tsx.*closing|Unexpected/);
});

it("leaves everything else to the server, and without a page everything", async () => {
  await says("seventh");

  expect(await ask(await builtOnce(root), "/v1/sys/health")).toBe("the server");
  expect(await ask(undefined, "/ui/")).toBe("the server");
});
