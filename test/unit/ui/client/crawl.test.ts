import { expect, test } from "@jest/globals";
import type { Answer, Failure } from "../../../../ui/client/api.ts";
import { type Crawler, crawlerOf, PART } from "../../../../ui/client/crawl.ts";
import type { KvPath } from "../../../../ui/client/kv.ts";

const top: KvPath = { mount: "secret/", version: 2, path: "" };
const keys = (...names: string[]): Answer => ({
  ok: true,
  status: 200,
  json: {},
  data: { keys: names },
  warnings: [],
  text: "",
});
const failed = (kind: Failure["kind"]): Answer => ({
  ok: false,
  kind,
  status: 0,
  errors: [],
  data: {},
  text: "",
  retryAfter: undefined,
  request: { method: "GET", path: "" },
});

interface Walk {
  readonly crawler: Crawler;
  readonly asked: string[];
  readonly most: () => number;
  readonly ended: () => Promise<void>;
}

/** Walks over a tree until nothing is under way; `most` is how many requests were under way at once. */
const walk = (
  answer: (folder: KvPath) => Answer,
  tops: readonly KvPath[] = [top],
  named: readonly string[] = [],
): Walk => {
  const asked: string[] = [];
  let [now, most] = [0, 0];
  const crawler = crawlerOf({
    tops,
    list: async (folder) => {
      asked.push(folder.path);
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      return answer(folder);
    },
    named: () => ({ names: named, open: false }),
    changed: () => undefined,
  });
  const ended = async (): Promise<void> => {
    while (crawler.state().running) await Promise.resolve();
  };
  return { crawler, asked, most: () => most, ended };
};

const TREE: Readonly<Record<string, readonly string[]>> = {
  "": ["a/", "b/", "x"],
  "a/": ["deep/", "y"],
  "b/": ["z"],
  "a/deep/": ["w"],
};
const ofTree = ({ path }: KvPath): Answer => keys(...(TREE[path] ?? []));
const pathsOf = ({ crawler }: Walk): readonly string[] => crawler.state().names.map(({ path }) => path);

test("13. walks breadth first and gathers secrets, not folders", async () => {
  const walked = walk(ofTree);
  walked.crawler.go();
  expect(walked.crawler.state().running).toBe(true);
  await walked.ended();
  expect(walked.asked).toEqual(["", "a/", "b/", "a/deep/"]);
  expect(pathsOf(walked)).toEqual(["secret/x", "secret/a/y", "secret/b/z", "secret/a/deep/w"]);
  expect(walked.crawler.state()).toMatchObject({ seen: 4, known: 4, denied: 0, running: false, more: false });
});

test("13. asks for six folders at a time", async () => {
  const walked = walk(({ path }) => keys(...(path === "" ? Array.from({ length: 40 }, (_, n) => `${n}/`) : ["a"])));
  walked.crawler.go();
  await walked.ended();
  expect(walked.most()).toBe(6);
  expect(walked.crawler.state()).toMatchObject({ seen: 41, known: 41 });
});

test("13. counts folders that may not be listed, and takes what the rules name", async () => {
  const walked = walk(({ path }) => (path === "team-a/" ? keys("db") : failed("denied")), [top], ["team-a/", "one"]);
  walked.crawler.go();
  await walked.ended();
  expect(pathsOf(walked)).toEqual(["secret/one", "secret/team-a/db"]);
  expect(walked.crawler.state()).toMatchObject({ seen: 1, known: 2, denied: 1, more: false });
});

test("13. finds a folder that may not be listed, if names in it may be opened", async () => {
  const crawler = crawlerOf({
    tops: [top],
    list: async () => failed("denied"),
    named: ({ path }) => (path === "" ? { names: ["team-a/"], open: false } : { names: [], open: true }),
    changed: () => undefined,
  });
  crawler.go();
  while (crawler.state().running) await Promise.resolve();
  expect(crawler.state()).toMatchObject({ denied: 2, names: [{ path: "secret/team-a/" }] });
});

test("13. stops after a thousand folders, and goes on when told to", async () => {
  const walked = walk(({ path }) => keys(...(path === "" ? Array.from({ length: 1500 }, (_, n) => `${n}/`) : ["a"])));
  walked.crawler.go();
  await walked.ended();
  expect(walked.crawler.state()).toMatchObject({ seen: 1000, known: 1501, running: false, more: true });
  walked.crawler.go();
  await walked.ended();
  expect(walked.crawler.state()).toMatchObject({ seen: 1501, known: 1501, running: false, more: false });
  expect(walked.crawler.state().names).toHaveLength(1500);
});

test("a failure stops it, says which, and nothing is lost when it goes on", async () => {
  let healthy = false;
  const walked = walk((folder) => (folder.path === "a/" && !healthy ? failed("unavailable") : ofTree(folder)));
  walked.crawler.go();
  await walked.ended();
  expect(walked.crawler.state()).toMatchObject({ more: true, running: false, failure: { kind: "unavailable" } });
  healthy = true;
  walked.crawler.go();
  await walked.ended();
  expect([...pathsOf(walked)].sort()).toEqual(["secret/a/deep/w", "secret/a/y", "secret/b/z", "secret/x"]);
  expect(walked.crawler.state().failure).toBeUndefined();
});

test("a stopped one asks for nothing more", async () => {
  const walked = walk(ofTree);
  walked.crawler.go();
  walked.crawler.stop();
  await walked.ended();
  expect(walked.asked).toEqual([""]);
});

test("names that would lead back to their own folder are passed over", async () => {
  const walked = walk(() => keys("", "/", "a"));
  walked.crawler.go();
  await walked.ended();
  expect(pathsOf(walked)).toEqual(["secret/a"]);
});

/** A mount of `names` that may be scanned, by parts of the size that is asked for. */
const scanning = (names: readonly string[], refused?: Failure["kind"]) => {
  const scans: (string | undefined)[] = [];
  const lists: string[] = [];
  const crawler = crawlerOf({
    tops: [top],
    list: async (folder) => {
      lists.push(folder.path);
      return keys("listed");
    },
    scan: {
      may: ({ path }) => path === "",
      part: async (_, after) => {
        scans.push(after);
        const from = after === undefined ? 0 : names.indexOf(after) + 1;
        return refused ? failed(refused) : keys(...names.slice(from, from + PART));
      },
    },
    named: () => ({ names: [], open: false }),
    changed: () => undefined,
  });
  const ended = async (): Promise<void> => {
    while (crawler.state().running) await Promise.resolve();
  };
  return { crawler, scans, lists, ended };
};

test("13. a mount that may be scanned is asked for in parts, without a list", async () => {
  const names = Array.from({ length: PART + 5 }, (_, index) => `f${index % 3}/${index}`);
  const { crawler, scans, lists, ended } = scanning(names);
  crawler.go();
  await ended();
  expect(scans).toEqual([undefined, names[PART - 1]]);
  expect(lists).toEqual([]);
  expect(crawler.state()).toMatchObject({ seen: 4, known: 4, more: false });
  expect(crawler.state().names).toHaveLength(PART + 5);
});

test.each(["denied", "invalid"] as const)("a scan that is %s becomes a list", async (kind) => {
  const { crawler, scans, lists, ended } = scanning(["a"], kind);
  crawler.go();
  await ended();
  expect([scans, lists]).toEqual([[undefined], [""]]);
  expect(crawler.state().names.map(({ path }) => path)).toEqual(["secret/listed"]);
});

test("a scan that meets no answer is repeated where it stopped", async () => {
  const { crawler, scans, lists, ended } = scanning(["a"], "network");
  crawler.go();
  await ended();
  expect(crawler.state()).toMatchObject({ more: true, failure: { kind: "network" } });
  crawler.go();
  await ended();
  expect([scans, lists]).toEqual([[undefined, undefined], []]);
});

test("a name that was made meanwhile is learnt, once", async () => {
  const walked = walk(ofTree);
  walked.crawler.learn("secret/a/y");
  walked.crawler.go();
  await walked.ended();
  walked.crawler.learn("secret/new");
  walked.crawler.learn("secret/new");
  expect(pathsOf(walked)).toEqual(["secret/a/y", "secret/x", "secret/b/z", "secret/a/deep/w", "secret/new"]);
});
