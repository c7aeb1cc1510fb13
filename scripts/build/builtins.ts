import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

/**
 * Node's own modules by `process.getBuiltinModule`. An `import` statement makes Node read every member of the module
 * for its namespace, and some members are getters that load a part of Node: streams of `fs`, Web Crypto of `crypto`,
 * an HTTP client of `http`. Here a member is read only where a source names it.
 */

const IMPORTED = new RegExp(`^(?:node:.+|${builtinModules.filter((name) => !name.startsWith("_")).join("|")})$`);
const NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * Functions and classes that the start names and does not use: those of the SDK's shared files, checksums and streams.
 * What they need is loaded by their first use, `instanceof` included.
 */
const LATER: ReadonlyMap<string, readonly string[] | "all"> = new Map<string, readonly string[] | "all">([
  ["node:fs", ["ReadStream", "WriteStream"]],
  ["node:fs/promises", "all"],
  ["node:zlib", "all"],
  ["node:crypto", ["getRandomValues"]],
]);

/** Passes on whatever is done with it. */
const PASSED_ON = `const passedOn = (load) => new Proxy(function () {}, {
  get: (_, key) => Reflect.get(load(), key),
  apply: (_, self, given) => Reflect.apply(load(), self, given),
  construct: (_, given) => Reflect.construct(load(), given),
});`;

const isLater = (name: string, member: string, value: unknown): boolean => {
  const later = LATER.get(name);
  return typeof value === "function" && (later === "all" || later?.includes(member) === true);
};

/** Calls are marked as ones without effects, so that what nobody imports falls away with the member's getter. */
const moduleOf = (name: string): string => {
  const members = Object.entries(process.getBuiltinModule(name) ?? {}).filter(
    ([member]) => NAME.test(member) && member !== "default",
  );
  return [
    `const it = () => process.getBuiltinModule(${JSON.stringify(name)});`,
    PASSED_ON,
    "const member = (name) => it()[name];",
    "const whole = /* @__PURE__ */ it();",
    "export default whole;",
    ...members.map(([member, value]) =>
      isLater(name, member, value)
        ? `const _${member} = /* @__PURE__ */ passedOn(() => member("${member}"));`
        : `const _${member} = /* @__PURE__ */ member("${member}");`,
    ),
    `export { ${members.map(([member]) => `_${member} as ${member}`).join(", ")} };`,
  ].join("\n");
};

/** For the imports of some files, those of the start: a package that is loaded later may want the whole namespace. */
export const builtinsByMember = (isOf: (importer: string) => boolean): Plugin => ({
  name: "builtins-by-member",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: IMPORTED }, ({ path, kind, importer }) =>
      kind === "import-statement" && isOf(importer)
        ? { path: path.startsWith("node:") ? path : `node:${path}`, namespace: "builtin", sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({ loader: "js", contents: moduleOf(path) }));
  },
});
