import type { Certificate, Fetched, Sources } from "../../../../src/agent/functions/index.ts";
import { agentFunctions, loadLibraries, type Network } from "../../../../src/agent/functions/index.ts";
import type { Secret } from "../../../../src/client/contract.ts";
import { type Bounds, parseTemplate, TemplateError } from "../../../../src/go-template/index.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { answer } from "../support/scripted.ts";

/** What templates find outside, as the fixtures write it down. */
export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, Partial<Secret>>>;
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  readonly writes?: readonly {
    readonly path: string;
    readonly data: Readonly<Record<string, string>>;
    readonly secret: Partial<Secret>;
  }[];
  readonly certificates?: readonly (Certificate & {
    readonly path: string;
    readonly data: Readonly<Record<string, string>>;
  })[];
  readonly network?: Network;
}

const fetched = <T>(value: T | undefined): Fetched<T> =>
  value === undefined ? { state: "missing" } : { state: "value", value };

const whole = (secret: Partial<Secret> | undefined): Secret | undefined =>
  secret && answer(secret.data ?? null, { request_id: "", ...secret });

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const sorted = (data: Readonly<Record<string, string>>) => Object.entries(data).sort();

export const NOW = Date.UTC(2026, 10, 30, 6, 29, 52, 123);

export const sourcesOf = (world: World): Sources => ({
  read: (path, query) => {
    const key = Object.keys(query).length > 0 ? `${path}?${new URLSearchParams(query)}` : path;
    return fetched(whole(world.secrets && Object.hasOwn(world.secrets, key) ? world.secrets[key] : undefined));
  },
  write: (path, data) =>
    fetched(whole(world.writes?.find((one) => one.path === path && equal(sorted(one.data), sorted(data)))?.secret)),
  list: (path) => fetched(world.lists?.[path]),
  pkiCert: (path, data) =>
    fetched(world.certificates?.find((one) => one.path === path && equal(sorted(one.data), sorted(data)))),
  file: (path) => {
    const content = world.files?.[path];
    return fetched(content === undefined ? undefined : new TextEncoder().encode(content));
  },
  writeFile: () => {},
  env: (name) => world.env?.[name],
  network: () => world.network ?? { interfaces: [] },
  clock: { now: () => NOW },
  random: systemRandom,
});

export const BOUNDS: Bounds = {
  source: 1_000_000,
  text: 2_000_000,
  output: 2_000_000,
  steps: 1_000_000,
  depth: 100,
};

export interface Setting {
  readonly strict?: boolean;
  readonly denylist?: readonly string[];
  readonly sources?: Sources;
}

/** What the template makes. Throws `TemplateError`. */
export const render = async (source: string, world: World, setting: Setting = {}): Promise<string> => {
  const libraries = await loadLibraries(source);
  const functions = agentFunctions(setting.sources ?? sourcesOf(world), {
    denylist: setting.denylist ?? [],
    libraries,
  });
  const template = parseTemplate(source, { functions, bounds: BOUNDS, missing: setting.strict ? "error" : "zero" });
  return template.render(undefined);
};

/** What the template makes; `null` where it fails as a template does. */
export const outcome = async (source: string, world: World, setting: Setting = {}): Promise<string | null> => {
  try {
    return await render(source, world, setting);
  } catch (error) {
    if (error instanceof TemplateError) return null;
    throw error;
  }
};
