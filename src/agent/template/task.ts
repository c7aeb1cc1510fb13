import { createHash } from "node:crypto";
import type { Surroundings } from "../contract.ts";
import { type FileToWrite, type Libraries, loadLibraries } from "../functions/index.ts";
import { TemplateFailure, wordsOf } from "./failure.ts";
import type { Found } from "./fetch.ts";
import { HiddenLog } from "./hidden-log.ts";
import { createRenderer, type Job, type Rendered } from "./job.ts";
import type { Need } from "./need.ts";
import { createQuiet } from "./quiet.ts";
import { assertOwnPath, writeToFile } from "./write-to-file.ts";

/** A job as it goes on: what it used, what it waits for, whether it is to be rendered. */
export interface Task {
  readonly job: Job;
  /** Whether a run would make sense now. */
  readonly isReady: boolean;
  /** Whether it was rendered and delivered at least once. */
  readonly isRendered: boolean;
  /** Whether its last run failed. */
  readonly isFailed: boolean;
  /** By key, what it used last: how to take out of a message the secrets that it asked with. */
  readonly used: ReadonlyMap<string, Rendered["hide"]>;
  /** What it used has come, or come again. */
  arrived(key: string): void;
  /** Renders once more after a failure. */
  again(): void;
  run(find: (key: string) => Found | undefined, ask: (key: string, need: Need) => void): Promise<Outcome>;
}

export type Outcome =
  | { readonly kind: "waits" }
  | { readonly kind: "delivered"; readonly changed: boolean }
  | { readonly kind: "failed"; readonly failure: TemplateFailure };

/** One text for all that was written. */
const digestOf = (writes: readonly FileToWrite[]): string => {
  const hash = createHash("sha256");
  for (const { path, append, content } of writes)
    hash.update(JSON.stringify([path, append, content.length])).update(content);
  return hash.digest("hex");
};

class RunningTask implements Task {
  readonly job: Job;
  used: Task["used"] = new Map();
  isRendered = false;
  isFailed = false;
  readonly #surroundings: Surroundings;
  readonly #renderer;
  readonly #quiet;
  readonly #waiting = new Set<string>();
  #isDue = true;
  #libraries: Libraries | undefined;
  /** What `writeToFile` last wrote, so that nothing is appended twice. */
  #wrote = "";

  constructor(job: Job, surroundings: Surroundings, ready: () => void) {
    this.job = job;
    this.#surroundings = surroundings;
    this.#renderer = createRenderer(job, surroundings);
    this.#quiet = job.wait && createQuiet(job.wait, surroundings, ready);
  }

  get isReady(): boolean {
    return this.#isDue && this.#waiting.size === 0 && this.#quiet?.isHolding() !== true;
  }

  arrived(key: string): void {
    if (!this.used.has(key)) return;
    this.#waiting.delete(key);
    this.#isDue = true;
    if (this.isRendered) this.#quiet?.tick();
  }

  again(): void {
    this.#isDue = true;
  }

  async run(find: (key: string) => Found | undefined, ask: (key: string, need: Need) => void): Promise<Outcome> {
    this.#isDue = false;
    this.#quiet?.reset();
    this.#libraries ??= await loadLibraries(this.job.template.contents);
    const rendered = this.#renderer.render(find, this.#libraries);
    const used = [...rendered.used.keys()].map((key) => [key, rendered.hide] as const);
    // A run that failed did not get to all that the template uses.
    this.used = new Map(rendered.failure ? [...this.used, ...used] : used);
    this.#waiting.clear();
    for (const [key, need] of rendered.missing) {
      this.#waiting.add(key);
      ask(key, need);
    }
    this.isFailed = rendered.failure !== undefined;
    if (rendered.failure) return { kind: "failed", failure: rendered.failure };
    if (rendered.content === undefined) return { kind: "waits" };
    return this.#deliver(rendered, rendered.content);
  }

  async #deliver(rendered: Rendered, content: Uint8Array): Promise<Outcome> {
    try {
      await this.#write(rendered);
      const changed = await this.job.deliver(content);
      this.isRendered = true;
      return { kind: "delivered", changed };
    } catch (error) {
      this.isFailed = true;
      const failure = new TemplateFailure(`error rendering ${this.job.name}: ${rendered.hide(wordsOf(error))}`);
      return { kind: "failed", failure };
    }
  }

  async #write({ writes, texts, hide }: Rendered): Promise<void> {
    if (writes.length === 0) return;
    const digest = digestOf(writes);
    if (digest === this.#wrote && writes.some(({ append }) => append)) return;
    const { random, log } = this.#surroundings;
    for (const file of writes) {
      assertOwnPath(file.path, texts(), this.job.template.contents);
      await writeToFile(file, { random, log: new HiddenLog(log, hide) });
    }
    this.#wrote = digest;
  }
}

/** `ready` is called when a wait that held the task is over. */
export const createTask = (job: Job, surroundings: Surroundings, ready: () => void): Task =>
  new RunningTask(job, surroundings, ready);
