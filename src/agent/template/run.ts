import type { Secret } from "../../client/contract.ts";
import { unrunnable } from "../../go-template/index.ts";
import type { Surroundings } from "../contract.ts";
import { assertInSandbox, type Fetched, type FileToWrite, type Sources, systemNetwork } from "../functions/index.ts";
import type { Found } from "./fetch.ts";
import { keyOf, type Need, type Part } from "./need.ts";

/**
 * One run of a template: answers what it asks for out of what is there, and writes down what is not. Nothing happens
 * outside during a run, so that one that must be repeated leaves no trace.
 */

export interface Run {
  readonly sources: Sources;
  /** By key: all that it asked for, and what of that is not there yet. */
  readonly used: ReadonlyMap<string, Need>;
  readonly missing: ReadonlyMap<string, Need>;
  /** What it was given: it may be replaced, or forgotten, while messages still name what was asked with it. */
  readonly given: ReadonlySet<Found>;
  /** What `writeToFile` was told, in order. */
  readonly writes: readonly FileToWrite[];
}

export interface RunOf {
  /** Where the template goes; absent: to no file. */
  readonly destination: string | undefined;
  readonly text: string;
  /** The folder that files may be read below; absent: any. */
  readonly sandbox: string | undefined;
  readonly find: (key: string) => Found | undefined;
}

const MISSING = { state: "missing" } as const;

/**
 * A path of the server in one spelling.
 *
 * Security: a part of it may come out of a secret, so it must not lead out of the folder it was put behind.
 */
const pathOf = (text: string): string => {
  const segments = text.split("/").filter((segment) => segment !== "");
  if (segments.some((segment) => segment === "." || segment === "..")) unrunnable("a path may not hold . or ..");
  return segments.join("/");
};

const partsIn = (text: string): readonly Part[] => [
  ...(/\.Key\b/.test(text) ? (["key"] as const) : []),
  ...(/\.CA(?:Chain)?\b/.test(text) ? (["ca"] as const) : []),
];

export const createRun = ({ clock, random, env }: Surroundings, { destination, text, sandbox, find }: RunOf): Run => {
  const used = new Map<string, Need>();
  const missing = new Map<string, Need>();
  const given = new Set<Found>();
  const writes: FileToWrite[] = [];

  const ask = <T>(need: Need, pick: (found: Found) => T | undefined): Fetched<T> => {
    const key = keyOf(need);
    used.set(key, need);
    const found = find(key);
    if (found) given.add(found);
    const value = found && pick(found);
    if (value !== undefined) return { state: "value", value };
    missing.set(key, need);
    return MISSING;
  };

  const secret = (found: Found): Secret | undefined => (found.kind === "secret" ? found.secret : undefined);

  const sources: Sources = {
    clock,
    random,
    env: (name) => env[name],
    network: systemNetwork,
    read: (path, query) => ask({ kind: "read", path: pathOf(path), query }, secret),
    write: (path, data) => ask({ kind: "write", path: pathOf(path), data }, secret),
    list: (path) =>
      ask({ kind: "list", path: pathOf(path) }, (found) => (found.kind === "list" ? found.keys : undefined)),
    pkiCert: (path, data) =>
      ask({ kind: "pki", path: pathOf(path), data, file: destination, parts: partsIn(text) }, (found) =>
        found.kind === "certificate" ? found.certificate : undefined,
      ),
    file: (path) => {
      assertInSandbox(sandbox, path);
      return ask({ kind: "file", path, sandbox }, (found) => (found.kind === "file" ? found.bytes : undefined));
    },
    writeFile: (file) => {
      writes.push(file);
    },
  };
  return { sources, used, missing, given, writes };
};
