import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { jsonResponse } from "../../src/http/encode.ts";
import { type Listener, startListener } from "../../src/http/index.ts";
import { type Contention, contend } from "../support/contention.ts";
import { makeServer, type TestServer } from "../support/make-server.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { type Answer, type Certificate, exchange, isElsewhere } from "./exchange.ts";
import { make } from "./make.ts";
import { differences, readerOf } from "./match.ts";

/**
 * Plays recorded conversations with a real server against this one, over a socket and on a clock the player moves: a
 * pause of the recording takes no time, but the sweeper and the table's TTL have run when it is over.
 */

interface Want {
  readonly status: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

interface Step {
  /** `{name: [kind, ...arguments]}`: worked out before the request, or instead of one. */
  readonly make?: Readonly<Record<string, readonly [string, ...unknown[]]>>;
  readonly do?: string;
  readonly sleepMs?: number;
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly raw?: string;
  /** Bytes, base64. */
  readonly raw64?: string;
  /** The certificate the client shows. */
  readonly tls?: Certificate;
  readonly save?: Readonly<Record<string, string>>;
  readonly want?: Want;
}

interface Story {
  readonly id: string;
  readonly what: string;
  readonly needs?: readonly string[];
  readonly steps: readonly Step[];
  readonly cleanup?: readonly Step[];
}

export type Names = Map<string, unknown>;

const storiesOf = (area: string): readonly Story[] =>
  JSON.parse(readFileSync(new URL(`./cases/${area}.json`, import.meta.url), "utf8")) as Story[];

/** Templates of the server's own, which look like the player's. */
const THEIRS = /^(\.|identity\.|(issuer_id|cluster_path|cluster_aia_path)$)/;

/** Replaces `{{name}}` by what was saved. */
const fill = (value: unknown, names: Names): unknown => {
  if (typeof value === "string") {
    const alone = /^\{\{([\w.-]+)\}\}$/.exec(value)?.[1];
    if (alone !== undefined && names.has(alone)) return names.get(alone);
    return value.replace(/\{\{([\w.-]+)\}\}/g, (whole, name: string) => {
      if (!names.has(name) && THEIRS.test(name)) return whole;
      if (!names.has(name)) throw new Error(`nothing was saved as ${name}`);
      return String(names.get(name));
    });
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [String(fill(key, names)), fill(item, names)]));
};

/** The value at a dotted path; a dot inside a key is written `\.`. */
const at = (value: unknown, where: string): unknown =>
  where
    .split(/(?<!\\)\./)
    .map((part) => part.replaceAll("\\.", "."))
    .reduce<unknown>(
      (here, key) => (typeof here === "object" && here !== null ? (here as Record<string, unknown>)[key] : undefined),
      value,
    );

/**
 * A caller's mistake is never a 500 here (`docs/differences.md`): where the recording says so, the same text comes with
 * a 400, with 404 for a name that is not there, with 403 for what is not allowed.
 */
const MISTAKES: readonly number[] = [400, 403, 404];

const isWanted = (status: number, wanted: number): boolean =>
  wanted === 500 ? MISTAKES.includes(status) : status === wanted;

const judge = (want: Want, answer: Answer, names: Names): string[] => {
  const found: string[] = [];
  if (!isWanted(answer.status, want.status)) {
    found.push(`status: wanted ${want.status}, got ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 300)}`);
  }
  for (const [name, value] of Object.entries(want.headers ?? {})) {
    found.push(...differences(value, answer.headers[name.toLowerCase()], names, `header ${name}`));
  }
  if (Object.hasOwn(want, "body")) {
    const got = readerOf(want.body) === undefined ? answer.body : answer.bytes;
    found.push(...differences(want.body, got, names, "body"));
  } else if (answer.body !== undefined) found.push(`body: wanted none, got ${JSON.stringify(answer.body)}`);
  return found;
};

export interface Stage {
  readonly server: TestServer;
  readonly url: string;
  /** Whether a pause runs the sweeper and the table's TTL too; without, the clock alone ends things. */
  readonly sweeps: boolean;
  /** Others on the same table; each step meets them again. */
  readonly contention?: Contention | undefined;
}

const pause = async ({ server, sweeps }: Stage, ms: number): Promise<void> => {
  server.clock.advance(ms);
  if (!sweeps) return;
  await server.core.schedule.tick(server.clock.now() + 60_000);
  await server.dynamo.expire();
};

/** What a step sends: a text or bytes as they are, or JSON. */
const payloadOf = (step: Step, names: Names): string | Buffer | undefined => {
  if (step.raw !== undefined) return String(fill(step.raw, names));
  if (step.raw64 !== undefined) return Buffer.from(String(fill(step.raw64, names)), "base64");
  return step.body === undefined ? undefined : JSON.stringify(fill(step.body, names));
};

const perform = async (stage: Stage, step: Step, names: Names): Promise<Answer | undefined> => {
  if (step.sleepMs !== undefined) {
    await pause(stage, step.sleepMs);
    return undefined;
  }
  for (const [name, [kind, ...given]] of Object.entries(step.make ?? {})) {
    const filled = given.map((value) => fill(value, names));
    names.set(name, make(kind, filled, stage.server.clock.now()));
  }
  if (step.do === undefined) return undefined;
  const [, method = "", path = ""] = /^(\S+)\s+(.*)$/s.exec(String(fill(step.do, names))) ?? [];
  const headers = { ...(fill(step.headers ?? {}, names) as Record<string, string>) };
  const token =
    step.token === undefined ? stage.server.root : step.token === null ? undefined : fill(step.token, names);
  if (token !== undefined && !isElsewhere(path)) headers["X-Vault-Token"] = String(token);
  const body = payloadOf(step, names);
  if (step.body !== undefined && typeof body === "string") headers["Content-Type"] ??= "application/json";
  stage.contention?.again();
  const answer = await exchange(stage.url, { method, path, headers, body, tls: step.tls });
  for (const [name, where] of Object.entries(step.save ?? {})) {
    const saved = at(answer.body, where);
    if (saved !== undefined) names.set(name, saved);
  }
  return answer;
};

const clean = async (stage: Stage, story: Story, names: Names): Promise<void> => {
  for (const step of story.cleanup ?? []) await perform(stage, step, names).catch(() => undefined);
};

/** Everything that differs, one line each. */
export const playStory = async (stage: Stage, story: Story, given: Names): Promise<string[]> => {
  const names: Names = new Map(given);
  const found: string[] = [];
  await clean(stage, story, names);
  for (const [index, step] of story.steps.entries()) {
    try {
      const answer = await perform(stage, step, names);
      const wrong = answer && step.want ? judge(step.want, answer, names) : [];
      found.push(...wrong.map((line) => `step ${index + 1} (${step.do}) ${line}`));
    } catch (error) {
      found.push(`step ${index + 1} (${step.do}) ${String(error)}`);
    }
  }
  await clean(stage, story, names);
  return found;
};

export interface AreaOptions {
  /** For stories in which something outside must end (a lease's user): run the sweeper in pauses. */
  readonly sweeps?: boolean;
  /** Speaks TLS with this certificate, for stories whose clients show theirs. */
  readonly tls?: (() => Promise<Certificate>) | undefined;
  /** Values for the stories that need some; asked for once the server runs. */
  readonly given?: (stage: Stage) => Promise<Names>;
  /** What the server shall take for its own address: that of the recorded one, where its answers name it. */
  readonly address?: string;
  /** Whether others are always a moment faster (`contention.ts`). */
  readonly contended?: boolean;
}

/** One jest suite per area, all of them on one server. */
export const playAreas = (areas: readonly string[], options: AreaOptions = {}): void => {
  const sweeps = options.sweeps ?? false;
  let server: TestServer;
  let listener: Listener;
  let names: Names = new Map();
  let contention: Contention | undefined;
  beforeAll(async () => {
    server = await makeServer(options.address === undefined ? {} : { address: options.address });
    // An answer that its path does not declare fails the step that asked, by name.
    const handler: TestServer["handle"] = (request) =>
      server.handle(request).catch((cause: unknown) => jsonResponse(500, { errors: [String(cause)] }));
    listener = await startListener({ handler, port: 0, tls: await options.tls?.() });
    if (options.contended) contention = contend(server.table);
    names = (await options.given?.({ server, url: listener.url, sweeps })) ?? names;
  });
  afterAll(async () => {
    await listener.stop(0);
    await server.dynamo.close();
  });
  for (const area of areas) {
    const stories = storiesOf(area).filter((story) =>
      (story.needs ?? []).every((need) => (need === "tls" ? options.tls : options.given) !== undefined),
    );
    describe(area, () => {
      afterAll(() => {
        if (contention) expect(contention.count()).toBeGreaterThan(0);
      });
      it.each(stories.map((story) => [story.id, story.what, story] as const))("%s: %s", async (id, _what, story) => {
        const found = await playStory({ server, url: listener.url, sweeps, contention }, story, names);

        const excused = EXCEPTIONS[id];
        if (excused === undefined) expect(found).toEqual([]);
        else expect(found.length).toBeGreaterThan(0);
      });
    });
  }
};
