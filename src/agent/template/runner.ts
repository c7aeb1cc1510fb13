import { workThrough } from "../../std/pool.ts";
import type { Surroundings } from "../contract.ts";
import { argumentsOf, runCommand } from "./command.ts";
import { TemplateFailure, wordsOf } from "./failure.ts";
import type { Fetch, Found } from "./fetch.ts";
import type { Job } from "./job.ts";
import type { Need } from "./need.ts";
import { createTask, type Task } from "./task.ts";
import { type Retrying, startWatch, type Watch, type Watching } from "./watch.ts";

/**
 * Renders jobs with one token: renders each, fetches what it found missing, and renders again until nothing is; then
 * whenever something it used has come again. Everything fetched is forgotten when it stops.
 */

/** How things are after a pass. */
export interface Passed {
  /** Every job was rendered at least once. */
  readonly isRendered: boolean;
  /** Every job was rendered, its command has run, and nothing has failed. */
  readonly isComplete: boolean;
}

export interface RunnerSettings {
  readonly jobs: readonly Job[];
  /** Opened again after a failure, because it remembers mounts. */
  readonly openFetch: () => Fetch;
  readonly renewed: Watching["renewed"];
  readonly retrying: Retrying;
  readonly surroundings: Surroundings;
  readonly passed: (state: Passed) => void;
  /** A thing that cannot be fetched, a template that cannot be rendered, a command that failed. The rest goes on. */
  readonly failed: (failure: TemplateFailure, by: "command" | "template") => void;
}

export interface Runner {
  /** After a failure: tries what failed once more. */
  again(): void;
  stop(): Promise<void>;
}

/** Milliseconds a pass waits for what is on its way, so that one pass does for all of it. */
const GATHER = 250;
/** Files written at the same time. */
const WIDTH = 8;

class Running implements Runner {
  readonly #settings: RunnerSettings;
  readonly #tasks: readonly Task[];
  readonly #watches = new Map<string, Watch>();
  readonly #stopped = new AbortController();
  #fetch: Fetch;
  /** Fetches under way. */
  #busy = 0;
  #planned: { readonly soon: boolean; readonly cancel: () => void } | undefined;
  #passing: Promise<void> | undefined;

  constructor(settings: RunnerSettings) {
    this.#settings = settings;
    this.#fetch = settings.openFetch();
    this.#tasks = settings.jobs.map((job) => createTask(job, settings.surroundings, () => this.#plan()));
    this.#plan();
  }

  again(): void {
    this.#fetch = this.#settings.openFetch();
    for (const task of this.#tasks) {
      if (!task.isFailed) continue;
      task.again();
      for (const key of task.used.keys()) this.#watches.get(key)?.again();
    }
    for (const watch of this.#watches.values()) if (watch.isFailed) watch.again();
    this.#plan();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#planned?.cancel();
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
    await this.#passing;
  }

  /** A pass as soon as nothing is under way, or has been for too long. */
  #plan(): void {
    if (this.#stopped.signal.aborted || this.#passing) return;
    const soon = this.#busy === 0;
    if (this.#planned && (this.#planned.soon || !soon)) return;
    if (!this.#tasks.some(({ isReady }) => isReady)) return;
    this.#planned?.cancel();
    const start = (): void => {
      this.#planned = undefined;
      this.#passing = this.#pass()
        .catch((error: unknown) => this.#settings.failed(new TemplateFailure(wordsOf(error)), "template"))
        .finally(() => {
          this.#passing = undefined;
          this.#plan();
        });
    };
    this.#planned = { soon, cancel: this.#settings.surroundings.timer(soon ? 0 : GATHER, start) };
  }

  async #pass(): Promise<void> {
    const changed = new Set<Task>();
    const ready = this.#tasks.filter(({ isReady }) => isReady);
    await workThrough(
      ready,
      WIDTH,
      async (task) => {
        if (await this.#render(task)) changed.add(task);
      },
      () => !this.#stopped.signal.aborted,
    );
    this.#forget();
    const commands = await this.#runCommands(ready.filter((task) => changed.has(task)));
    if (this.#stopped.signal.aborted) return;
    const isRendered = this.#tasks.every((task) => task.isRendered);
    const hasFailed = commands || this.#tasks.some(({ isFailed }) => isFailed) || this.#hasFailedWatch();
    this.#settings.passed({ isRendered, isComplete: isRendered && !hasFailed });
  }

  #hasFailedWatch(): boolean {
    return [...this.#watches.values()].some(({ isFailed }) => isFailed);
  }

  /** Answers whether the content changed. */
  async #render(task: Task): Promise<boolean> {
    const { log } = this.#settings.surroundings;
    const outcome = await task.run(
      (key) => this.#find(key),
      (key, need) => this.#ask(key, need),
    );
    if (outcome.kind === "delivered") {
      if (outcome.changed) log.info(`rendered ${task.job.name}`);
      return outcome.changed;
    }
    if (outcome.kind === "failed" && !this.#stopped.signal.aborted) {
      if (task.job.errorFatal) this.#settings.failed(outcome.failure, "template");
      else log.error(outcome.failure.message);
    }
    return false;
  }

  #find(key: string): Found | undefined {
    return this.#watches.get(key)?.found?.reveal();
  }

  #ask(key: string, need: Need): void {
    if (this.#stopped.signal.aborted || this.#watches.has(key)) return;
    const { surroundings, retrying, renewed, failed } = this.#settings;
    const watch = startWatch(need, {
      fetch: (what, attempt) => this.#fetch(what, attempt),
      surroundings,
      retrying,
      renewed,
      hide: (message) => this.#hide(key, message),
      busy: (by) => {
        this.#busy += by;
        this.#plan();
      },
      changed: () => {
        for (const task of this.#tasks) task.arrived(key);
        this.#plan();
      },
      failed: (failure) => failed(failure, "template"),
    });
    this.#watches.set(key, watch);
  }

  #hide(key: string, message: string): string | undefined {
    const users = this.#tasks.flatMap(({ used }) => used.get(key) ?? []);
    return users.length === 0 ? undefined : users.reduce((text, hide) => hide(text), message);
  }

  /** Stops what no template uses any more. */
  #forget(): void {
    const used = new Set(this.#tasks.flatMap((task) => [...task.used.keys()]));
    for (const [key, watch] of this.#watches) {
      if (used.has(key)) continue;
      watch.stop();
      this.#watches.delete(key);
    }
  }

  /** In the order of the templates, the same command once. Answers whether one failed. */
  async #runCommands(changed: readonly Task[]): Promise<boolean> {
    const { surroundings, failed } = this.#settings;
    const done = new Set<string>();
    let hasFailed = false;
    for (const { job } of changed) {
      const shown = job.command && JSON.stringify(argumentsOf(job.command));
      if (!job.command || shown === undefined || done.has(shown) || this.#stopped.signal.aborted) continue;
      done.add(shown);
      surroundings.log.info(`executing command ${shown} from ${job.name}`);
      try {
        await runCommand(job.command, surroundings, this.#stopped.signal);
      } catch (error) {
        if (this.#stopped.signal.aborted) continue;
        hasFailed = true;
        failed(
          new TemplateFailure(`failed to execute command ${shown} from ${job.name}: ${wordsOf(error)}`),
          "command",
        );
      }
    }
    return hasFailed;
  }
}

export const startRunner = (settings: RunnerSettings): Runner => new Running(settings);
