import { bytesOfText, parseTemplate, type Template, type TemplateOptions } from "../../go-template/index.ts";
import type { CommandConfig } from "../config/model.ts";
import type { Surroundings } from "../contract.ts";
import { agentFunctions, type FileToWrite, type Libraries, wordsIn } from "../functions/index.ts";
import { TemplateFailure, wordsOf } from "./failure.ts";
import type { Found } from "./fetch.ts";
import type { Need } from "./need.ts";
import { createRun, type Run } from "./run.ts";
import { redacted, textsIn } from "./secrets-in.ts";
import type { ReadTemplate } from "./source.ts";

/** A template to be rendered, and where the result goes. */
export interface Job {
  /** As errors and the log name it: `(dynamic) => "/etc/app.conf"`. */
  readonly name: string;
  readonly template: ReadTemplate;
  /** The file it makes, if it makes one. */
  readonly destination?: string | undefined;
  readonly errorFatal: boolean;
  readonly wait?: { readonly min: number; readonly max: number } | undefined;
  readonly command?: CommandConfig | undefined;
  /** Answers whether the content is another than before. Throws an error that `wordsOf` knows. */
  readonly deliver: (content: Uint8Array) => Promise<boolean>;
}

/** What one run of a template came to. */
export interface Rendered {
  readonly used: ReadonlyMap<string, Need>;
  readonly missing: ReadonlyMap<string, Need>;
  /** Absent: something is missing, or it failed. */
  readonly content?: Uint8Array;
  readonly writes: readonly FileToWrite[];
  readonly failure?: TemplateFailure;
  /** Texts of the secrets it had; and a message without them. */
  readonly texts: () => ReadonlySet<string>;
  readonly hide: (message: string) => string;
}

/** A template may be large and do much, but never so much that the agent dies of it. */
const BOUNDS: TemplateOptions["bounds"] = {
  source: 4_000_000,
  text: 32_000_000,
  output: 64_000_000,
  steps: 20_000_000,
  depth: 100,
};

export interface Renderer {
  /** `find`: what was fetched, by key; `libraries`: what `loadLibraries` answers for the template. Never throws. */
  render(find: (key: string) => Found | undefined, libraries: Libraries): Rendered;
}

export const createRenderer = ({ template, destination, name }: Job, surroundings: Surroundings): Renderer => {
  const { contents, errorOnMissingKey, functionDenylist, sandboxPath, leftDelimiter, rightDelimiter } = template;
  const words = wordsIn(contents);
  let parsed: Template | undefined;

  const output = ({ sources }: Run, libraries: Libraries): string => {
    const functions = agentFunctions(sources, { denylist: functionDenylist, libraries, words });
    parsed ??= parseTemplate(contents, {
      functions,
      bounds: BOUNDS,
      missing: errorOnMissingKey ? "error" : "zero",
      delimiters: { left: leftDelimiter, right: rightDelimiter },
      // As consul-template names what it parses.
      name: "",
    });
    return parsed.render(undefined, functions);
  };

  return {
    render: (find, libraries) => {
      const run = createRun(surroundings, { destination, text: contents, sandbox: sandboxPath, find });
      const texts = (): ReadonlySet<string> => textsIn(run.given, run.used.values());
      const hide = (message: string): string => redacted(message, texts(), contents);
      const { used, missing, writes } = run;
      const rendered = { used, missing, texts, hide };
      try {
        const text = output(run, libraries);
        if (missing.size > 0) return { ...rendered, writes: [] };
        return { ...rendered, writes, content: bytesOfText(text) };
      } catch (error) {
        // A run without all it needs may fail for just that reason: it is repeated when the rest is there.
        if (missing.size > 0) return { ...rendered, writes: [] };
        const stage = parsed ? "execute" : "parse";
        return { ...rendered, writes: [], failure: new TemplateFailure(`${name}: ${stage}: ${hide(wordsOf(error))}`) };
      }
    },
  };
};
