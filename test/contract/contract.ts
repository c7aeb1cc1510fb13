import { describe, expect, it } from "@jest/globals";
import { formsOf, isSchema } from "../../src/framework/answers.ts";
import { helpFor } from "../../src/framework/help.ts";
import { type AnyOp, type AnyPath, type Backend, compileRoutes, VaultError } from "../../src/framework/index.ts";
import { openApiDocument } from "../../src/framework/openapi.ts";
import { fieldsOfOp, fieldsOfPath, jsonSchema } from "../../src/framework/schema.ts";
import { parseTemplate } from "../../src/framework/template.ts";
import { statusOf } from "../../src/http/failure.ts";
import { as, type LeaseId } from "../../src/std/brand.ts";
import type { JsonObject, JsonValue } from "../../src/std/json.ts";
import { createHarness } from "../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../support/memory-view.ts";

/**
 * What holds for every backend, whatever it does: its table is described and unambiguous, its handlers stay inside
 * their view, and they fail with listed errors only. A backend gets all of it by standing in the catalog.
 */

type Verb = "read" | "list" | "update" | "patch" | "delete";

export interface ContractOptions {
  /** Whether its handlers are run, too; core's own backends need core around them. */
  readonly run: boolean;
  readonly mountOptions?: Readonly<Record<string, string>>;
}

export const opsOf = (path: AnyPath): readonly (readonly [string, AnyOp])[] =>
  Object.entries(path.ops as Readonly<Record<string, AnyOp | undefined>>).flatMap(([name, op]) =>
    op ? [[name, op] as const] : [],
  );

const FLAGS = ["payload", "looksAtToken", "dataInFront", "alwaysAnswers"] as const;

/** Every operation that is not simply "a token and a policy", and what paths say of themselves, one line each. */
export const accessList = (backend: Backend): readonly string[] =>
  backend.paths
    .flatMap((path: AnyPath) => [
      ...FLAGS.flatMap((flag) => (path[flag] ? [`${flag}: ${path.template}`] : [])),
      ...opsOf(path).flatMap(([name, op]) => (op.access ? [`${op.access}: ${name} ${path.template}`] : [])),
    ])
    .sort();

/** One voice: lower case, no full stop; those of operations begin with a verb. */
const speaksOtherwise = (text: string): boolean => !/^(?:[a-z]|[A-Z]{2})/.test(text) || /\.(?:\s|$)/.test(text);
const NOT_A_VERB = /^(?:a|an|the|what|which|who|whose|whether|how|when|where|no|names|ids|it|this)\b/;
/** `refused`, `needs`, `listing`; but verbs may end so too. */
const INFLECTED = /^(?!process|address|pass|need|feed|bring)\w+(?:ed|ing|s)\b/;
const commandsNothing = (text: string): boolean => NOT_A_VERB.test(text) || INFLECTED.test(text);

/** A path that the template matches. */
export const filled = (path: AnyPath): string =>
  parseTemplate(path.template)
    .map((part) => {
      if (part.type === "static") return part.text;
      if (part.type === "rest") return "a/b";
      return part.kind === "uuid" ? "00000000-0000-4000-8000-000000000000" : "web";
    })
    .join("/");

const SAMPLES: Readonly<Record<string, JsonValue>> = {
  string: "web",
  bool: true,
  int: 1,
  "duration (sec)": "1m",
  slice: ["a"],
  map: { a: "b" },
};

/** A body of the right types. */
export const bodyFor = (op: AnyOp): JsonObject =>
  Object.fromEntries(fieldsOfOp(op).map(({ name, type }) => [name, SAMPLES[type] ?? "web"]));

/** A body of the right types, and bodies of wrong ones. */
const bodiesFor = (op: AnyOp): readonly JsonObject[] => {
  const fields = fieldsOfOp(op);
  const every = (value: JsonValue): JsonObject => Object.fromEntries(fields.map(({ name }) => [name, value]));
  const right = bodyFor(op);
  const hostile: readonly JsonValue[] = [
    null,
    "",
    "\0",
    -1,
    0,
    [],
    [[]],
    {},
    { __proto__: 1 },
    "a=b",
    "__proto__",
    "{{x}}",
    "9".repeat(400),
  ];
  return [right, {}, ...hostile.map(every), { zzz: { a: [1] } }];
};

/** A view that tells when a handler reaches for what is not its mount's. */
const guarded = (view: MemoryView, strayed: string[]): MemoryView => {
  const check = (addresses: readonly { readonly pk: string; readonly sk: string }[]) => {
    for (const { pk, sk } of addresses) if (pk.split("#")[1] !== view.mount) strayed.push(`${pk} ${sk}`);
  };
  return {
    ...view,
    write: async (writes) => {
      check(writes.map((write) => write.address));
      await view.write(writes);
    },
    take: async (address) => {
      check([address]);
      return view.take(address);
    },
  };
};

const VERBS: readonly Verb[] = ["update", "read", "list", "patch", "delete", "read"];

interface Run {
  /** Everything thrown that is not a `VaultError`, or is an internal one without its own text. */
  readonly faults: readonly string[];
  readonly strayed: readonly string[];
  /** Records without a listing entry: the removal of the mount would not find them. */
  readonly unlisted: readonly string[];
}

const unlistedIn = (view: MemoryView): readonly string[] => {
  const keys = new Set(view.keys());
  return [...keys].flatMap((key) => {
    const [, mount, path] = /^rec#([^#]*)#(.*) \S*$/s.exec(key) ?? [];
    return path === undefined || keys.has(`list#${mount} ${path}`) ? [] : [key];
  });
};

/** Runs every operation with bodies of right and wrong types over one view, in an order in which things exist. */
export const runEverything = async (backend: Backend, options: ContractOptions): Promise<Run> => {
  const faults: string[] = [];
  const strayed: string[] = [];
  const unlisted = new Set<string>();
  const view = createMemoryView();
  const harness = createHarness(backend, {
    view: guarded(view, strayed),
    clock: { now: () => Date.UTC(2030, 0, 1) },
    ...(options.mountOptions ? { options: options.mountOptions } : {}),
    context: {
      sourceAddress: "192.0.2.1",
      pend: async (grant) => ({ ...grant, id: as<LeaseId>("test/x/1"), maxExpires: Date.UTC(2031, 0, 1) / 1000 }),
    },
  });
  const attempt = async (verb: Verb, path: string, data: JsonObject) => {
    try {
      await harness.request(verb, path, data);
    } catch (error) {
      const listed = error instanceof VaultError && statusOf(error.code) >= 400;
      if (!listed || (error.code === "internal" && error.wire === undefined)) {
        faults.push(
          `${verb} ${path} ${JSON.stringify(data).slice(0, 120)}: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
    }
  };
  for (const path of backend.paths as readonly AnyPath[]) {
    for (const verb of VERBS) {
      const op: AnyOp | undefined = path.ops[verb] ?? (verb === "update" ? path.ops.create : undefined);
      if (!op) continue;
      const below = verb === "list" && path.template !== "" ? `${filled(path)}/` : filled(path);
      for (const data of bodiesFor(op)) await attempt(verb, below, data);
    }
    for (const key of unlistedIn(view)) unlisted.add(key);
  }
  return { faults, strayed, unlisted: [...unlisted] };
};

export const backendContract = (name: string, backend: Backend, options: ContractOptions): void => {
  const paths = backend.paths as readonly AnyPath[];
  describe(`the backend ${name}`, () => {
    it("has templates that can be told apart", () => expect(() => compileRoutes(backend.paths)).not.toThrow());
    it("reaches each of its paths by a request for it", () => {
      const routes = compileRoutes(backend.paths);
      const lost = paths.filter((path) => routes.match(filled(path))?.path !== path).map(({ template }) => template);
      expect(lost).toEqual([]);
    });
    it("describes itself, its paths, captures, operations and fields", () => {
      const silent = paths.flatMap((path) => [
        ...(path.summary.trim() === "" ? [path.template] : []),
        ...opsOf(path).flatMap(([verb, op]) => (op.summary.trim() === "" ? [`${verb} ${path.template}`] : [])),
        ...fieldsOfPath(path).flatMap((field) =>
          field.description.trim() === "" ? [`${path.template} ${field.name}`] : [],
        ),
      ]);
      expect([backend.help.trim() === "", silent]).toEqual([false, []]);
    });
    it("says what its paths and operations are for, in one voice", () => {
      const off = paths.flatMap((path) => [
        ...(speaksOtherwise(path.summary) ? [`${path.template}: ${path.summary}`] : []),
        ...opsOf(path).flatMap(([verb, op]) =>
          speaksOtherwise(op.summary) || commandsNothing(op.summary) ? [`${verb} ${path.template}: ${op.summary}`] : [],
        ),
      ]);
      expect(off).toEqual([]);
    });
    it("shows help for each of its paths", () => {
      const routes = compileRoutes(backend.paths);
      for (const path of paths) expect(helpFor(backend, routes.match(filled(path))).help).toContain("## DESCRIPTION");
    });
    it("is documented with every operation under its own name", () => {
      const document = JSON.stringify(openApiDocument([{ path: "test/", backend }], "1.0.0"));
      const ids = [...document.matchAll(/"operationId":"([^"]*)"/g)].map((found) => found[1]);
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    });
    it("declares what each operation answers, in a form that can be printed", () => {
      for (const path of paths) {
        for (const [, op] of opsOf(path)) {
          for (const form of formsOf(op.answers)) if (isSchema(form)) jsonSchema(form, "output");
        }
      }
    });
    it("is open and needs sudo where it is known to", () => expect(accessList(backend)).toMatchSnapshot());
    if (!options.run) return;
    it("fails with listed errors only, writes nowhere but in its own view, and lists each record it keeps", async () => {
      const { faults, strayed, unlisted } = await runEverything(backend, options);
      expect([faults, strayed, unlisted]).toEqual([[], [], []]);
    });
  });
};
