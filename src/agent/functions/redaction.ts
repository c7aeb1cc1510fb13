import { quoted, TemplateError, TemplateFunction, unrunnable } from "../../go-template/index.ts";
import type { Fetched, Sources } from "./sources.ts";

/**
 * Errors name paths, variables and what a template says by `sprig_fail`; all of these may be built from a secret. So
 * whatever a run has fetched is taken out of every message before it leaves a function.
 */

/** Shorter values are in messages by chance. */
const SHORTEST = 4;
const DEEPEST = 100;

/** As it is, and as messages quote it. */
const forms = (text: string): readonly string[] => [
  text,
  text.trim(),
  JSON.stringify(text).slice(1, -1),
  quoted(text).slice(1, -1),
];

const leaves = (value: unknown, into: Set<string>, depth = 0): void => {
  if (typeof value === "string") {
    for (const text of forms(value)) if (text.length >= SHORTEST) into.add(text);
  } else if (typeof value === "object" && value !== null && depth < DEEPEST) {
    for (const item of Object.values(value)) leaves(item, into, depth + 1);
  }
};

export interface Redaction {
  /** The same sources; what they answer is noted. */
  readonly sources: Sources;
  readonly redact: (message: string) => string;
}

export const createRedaction = (sources: Sources): Redaction => {
  const known = new Set<string>();
  const noted = <T>(fetched: Fetched<T>, secrets: (value: T) => unknown): Fetched<T> => {
    if (fetched.state === "value") leaves(secrets(fetched.value), known);
    return fetched;
  };
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  return {
    sources: {
      ...sources,
      read: (path, query) => noted(sources.read(path, query), ({ data, auth, wrap_info }) => [data, auth, wrap_info]),
      write: (path, data) => noted(sources.write(path, data), ({ data, auth, wrap_info }) => [data, auth, wrap_info]),
      list: (path) => sources.list(path),
      pkiCert: (path, data) => noted(sources.pkiCert(path, data), (certificate) => certificate),
      file: (path) => noted(sources.file(path), text),
      writeFile: (file) => sources.writeFile(file),
      env: (name) => sources.env(name),
      network: () => sources.network(),
    },
    redact: (message) => {
      // The longest first, because it may hold a shorter one.
      const longest = [...known].sort((a, b) => b.length - a.length);
      return longest.reduce((rest, text) => rest.replaceAll(text, "[redacted]"), message);
    },
  };
};

/** The function, with secrets taken out of what it throws. */
export const redacting = (known: TemplateFunction, redact: Redaction["redact"]): TemplateFunction =>
  new TemplateFunction(known.params, known.rest, (args, room) => {
    try {
      return known.run(args, room);
    } catch (error) {
      if (error instanceof TemplateError && error.stage === "run") return unrunnable(redact(error.message));
      throw error;
    }
  });
