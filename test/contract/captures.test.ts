import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { builtInRows } from "../../src/catalog.ts";
import { canonicalPath } from "../../src/core/request/canonical.ts";
import {
  type AnyOp,
  type AnyPath,
  type Backend,
  compileRoutes,
  foldsOf,
  type Operation,
} from "../../src/framework/index.ts";
import { parseTemplate } from "../../src/framework/template.ts";
import type { Fold } from "../../src/std/fold.ts";
import { METHODS } from "../support/every-path.ts";
import { makeServer, type TestServer } from "../support/make-server.ts";

/**
 * Captures that fold, over every path table: whatever spelling of a name is sent, policy, audit and handler see one
 * path. What folds is read off the tables, so a new backend is held to this by being in the catalog.
 */

interface Capture {
  readonly mount: string;
  readonly path: AnyPath;
  readonly operation: Operation;
  readonly fold: Fold;
  /** The path with `name` for the capture that folds and something of the right shape for the others. */
  readonly at: (name: string) => string;
}

const capturesIn = (mount: string, backend: Backend): readonly Capture[] =>
  backend.paths.flatMap((path: AnyPath) =>
    Object.entries<unknown>(path.params).flatMap(([name, text]) => {
      if (typeof text !== "object" || text === null || !("fold" in text)) return [];
      const fold = text.fold as Fold;
      const at = (value: string): string =>
        `${mount}${parseTemplate(path.template)
          .map((part) => (part.type === "static" ? part.text : part.name === name ? value : "other"))
          .join("/")}`;
      const open = (operation: Operation) => path.ops[operation]?.access === "unauthenticated";
      return (Object.keys(path.ops) as Operation[])
        .filter((operation) => !open(operation))
        .map((operation) => ({ mount, path, operation, fold, at }));
    }),
  );

/** Other spellings of a name, by fold. */
const SPELLINGS: Readonly<Record<Fold, readonly (readonly [string, string])[]>> = {
  case: [
    ["admin", "ADMIN"],
    ["admin", "aDmin"],
  ],
  policy: [
    ["admin", "ADMIN"],
    ["admin", " Admin "],
    ["team/admin", "Team/ADMIN "],
  ],
  letters: [
    ["admin", "ADMIN"],
    ["été", "ÉTÉ"],
  ],
  login: [
    ["zoë", " ZOË "],
    ["team/admin", "Team/ADMIN "],
  ],
  mount: [
    ["app", "app/"],
    ["team/app", "team/app/"],
  ],
};

/** Bodies, one of which makes something wherever something can be made without the outside world. */
const BODIES: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { a: "b" },
  { data: { a: "b" } },
  { password: "web" },
  { policy: 'path "x" { capabilities = ["read"] }' },
  { policy: 'length = 20\nrule "charset" { charset = "abc" }' },
  { bound_iam_principal_arn: "arn:aws:iam::123456789012:role/web", resolve_aws_unique_ids: false },
  { hmac: true },
  { values: ["web"] },
  { value: "web" },
  { bound_service_account_names: "web", bound_service_account_namespaces: "web" },
  { rate: 5 },
  { type: "kv" },
  { type: "userpass" },
];

let server: TestServer;
const mounted: { readonly mount: string; readonly backend: Backend }[] = [];

beforeAll(async () => {
  server = await makeServer();
  for (const type of ["userpass", "approle", "aws", "github", "jwt", "kubernetes", "oidc"]) {
    await server.call("POST", `sys/auth/${type}`, { body: { type } });
  }
  for (const { kind, type } of builtInRows({ aws: () => Promise.reject(new Error("unused")) })) {
    if (kind === "secret") await server.call("POST", `sys/mounts/${type}`, { body: { type } });
  }
  const { mounts } = await server.core.config.snapshot();
  for (const { kind, info } of mounts.values()) {
    const backend = await server.core.catalog.find(kind, info.type, info.options);
    if (backend) mounted.push({ mount: info.path, backend });
  }
});
afterAll(() => server.dynamo.close());

const captures = (): readonly Capture[] => mounted.flatMap(({ mount, backend }) => capturesIn(mount, backend));

const tokenWith = async (policy: string): Promise<string> => {
  await server.call("PUT", "sys/policies/acl/v22", { body: { policy } });
  const { body } = await server.call("POST", "auth/token/create", { body: { policies: ["v22"] } });
  return String((body["auth"] as { client_token: string }).client_token);
};

const rule = (path: string, capabilities: readonly string[]): string =>
  `path ${JSON.stringify(path)} { capabilities = ${JSON.stringify(capabilities)} }\n`;
const ALL = ["create", "read", "update", "patch", "delete", "list", "sudo"];

describe("captures that fold", () => {
  it("are those of the tables that name users, roles, policies, entities, groups, headers and mounts", () => {
    const found = mounted.flatMap(({ mount, backend }) =>
      Object.entries(foldsOf(backend.paths)).map(([template, fold]) => `${mount}${template} ${fold}`),
    );
    expect(found.sort()).toMatchSnapshot();
  });

  it("are known to functions that do not have the code", async () => {
    for (const { kind, type } of server.core.catalog.types) {
      const backend = await server.core.catalog.find(kind, type, {});
      const known = server.core.catalog.foldsOf(kind, type);
      expect({ type, folds: known }).toEqual({ type, folds: backend && foldsOf(backend.paths) });
    }
    const snapshot = await server.core.config.snapshot();
    for (const { mount, backend } of mounted) {
      const routes = compileRoutes(backend.paths);
      for (const { at, fold } of capturesIn(mount, backend)) {
        for (const path of SPELLINGS[fold].flat().map(at)) {
          const routed = `${mount}${routes.canonical(path.slice(mount.length)).below}`;
          expect(canonicalPath(server.core, snapshot, path).path).toBe(routed);
        }
      }
    }
  });

  it("V22: a denied name is denied in every spelling, whichever of them the rule was written in", async () => {
    const wrong: string[] = [];
    for (const { at, operation, fold } of captures()) {
      for (const [name, other] of SPELLINGS[fold]) {
        for (const [written, sent] of [
          [name, other],
          [other, name],
          [other, other],
        ] as const) {
          if (operation !== "read" && operation !== "delete" && sent.endsWith("/")) continue;
          const token = await tokenWith(rule("*", ALL) + rule(at(written), ["deny"]));
          const headers = operation === "patch" ? { "content-type": "application/merge-patch+json" } : {};
          const { status } = await server.call(METHODS[operation], at(sent), { token, body: {}, headers });
          if (status !== 403) wrong.push(`${METHODS[operation]} ${at(sent)}, denied as ${at(written)}: ${status}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(captures().length).toBeGreaterThan(40);
  });

  it("are answered for by capabilities and explain as they are decided", async () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const { at, fold } of captures()) {
      const [name, other] = SPELLINGS[fold][0] ?? ["", ""];
      if (seen.has(at(name))) continue;
      seen.add(at(name));
      const token = await tokenWith(rule("*", ALL) + rule(at(other), ["deny"]));
      for (const path of [at(name), at(other)]) {
        const asked = await server.call("POST", "sys/capabilities", { body: { token, paths: [path] } });
        const body = { token, path, operation: "read" };
        const explained = await server.call("POST", "sys/policies/explain", { body });
        const answer = JSON.stringify([asked.data["capabilities"], explained.data["allowed"]]);
        if (answer !== '[["deny"],false]') wrong.push(`${path}: ${answer}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(20);
  });

  it("are all there are: no other capture answers one object for two spellings", async () => {
    const wrong: string[] = [];
    let found = 0;
    for (const { mount, backend } of mounted) {
      for (const path of backend.paths) {
        const write: AnyOp | undefined = path.ops.update ?? path.ops.create;
        const parts = parseTemplate(path.template);
        if (!write || !path.ops.read || parts.every((part) => part.type === "static")) continue;
        const at = (name: string) =>
          `${mount}${parts.map((part) => (part.type === "static" ? part.text : name)).join("/")}`;
        const isThere = async (name: string): Promise<boolean> => {
          const { status, body } = await server.call("GET", at(name));
          return status === 200 && body["data"] !== null;
        };
        for (const body of BODIES) {
          if (!(await isThere("qa"))) await server.call("POST", at("qa"), { body });
        }
        if (!(await isThere("qa"))) continue;
        found++;
        const snapshot = await server.core.config.snapshot();
        const canonical = (name: string) => canonicalPath(server.core, snapshot, at(name).replace("//", "/")).path;
        for (const name of ["QA", "qA", " qa", "qa ", "qa/"]) {
          if ((await isThere(name)) && canonical(name) !== canonical("qa")) wrong.push(at(name));
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(found).toBeGreaterThan(10);
  });
});
