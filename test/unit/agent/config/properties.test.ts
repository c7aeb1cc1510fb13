import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../support/runs.ts";
import { codePoint } from "../../../support/text.ts";
import { readFiles, refusal } from "./read.ts";

/** Whatever a file says, it is a configuration or a refusal; and HCL and JSON of the same are the same. */

const KEYS = [
  ...["vault", "auto_auth", "cache", "api_proxy", "listener", "template", "template_config", "env_template", "exec"],
  ...["method", "sink", "sinks", "retry", "persist", "wait", "config", "agent_api", "type", "file", "tcp", "unix"],
  ...["address", "destination", "contents", "source", "command", "perms", "timeout", "wrap_ttl", "use_auto_auth_token"],
  ...["exit_after_auth", "log_level", "pid_file", "disable_keep_alives", "tls_disable", "min", "max", "nope"],
];

type Tree = string | number | boolean | readonly Tree[] | { readonly [key: string]: Tree };

const key = fc.constantFrom(...KEYS);
const leaf = fc.oneof(
  fc.constantFrom<Tree>("", "x", "file", "5s", "-5s", "1h", "0640", "true", "force", "auto-auth", "kubernetes", "/x"),
  fc.constantFrom<Tree>(0, 1, -1, 0.5, 416, true, false),
  fc.string(),
);
const { tree } = fc.letrec<{ tree: Tree; object: { readonly [key: string]: Tree } }>((tie) => ({
  tree: fc.oneof({ depthSize: "small" }, leaf, tie("object"), fc.array(tie("tree"), { maxLength: 3 })),
  object: fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
}));
const configuration = fc.dictionary(key, tree, { maxKeys: 6 });

/** HCL's strings keep `${` for themselves. */
const text = (value: string): string => JSON.stringify(value).replaceAll("$", "\\u0024");

const hcl = (value: Tree): string => {
  if (typeof value === "string") return text(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(hcl).join(", ")}]`;
  return `{ ${body(value as { readonly [key: string]: Tree })} }`;
};
const body = (value: { readonly [key: string]: Tree }): string =>
  Object.entries(value)
    .map(([name, each]) => `${name} = ${hcl(each)}\n`)
    .join(" ");

const outcome = (name: string, content: string): unknown => {
  let read: unknown;
  const says = refusal(() => {
    read = readFiles({ [name]: content }, { paths: [name] });
  });
  // Lines differ, and so do the names of files.
  return says === "accepted" ? read : says.replace(name, "FILE").replace(/\bline \d+/, "line N");
};

describe("any configuration", () => {
  it("is read or refused, whatever it says", () => {
    fc.assert(
      fc.property(configuration, (value) => {
        expect(typeof outcome("a.hcl", body(value))).toMatch(/^(object|string)$/);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  it("is read or refused, whatever the file holds", () => {
    const cut = fc.tuple(configuration, fc.nat(200), fc.string({ unit: codePoint, maxLength: 8 }));
    const bytes = fc.oneof(
      fc.string({ unit: codePoint }),
      cut.map(([value, at, junk]) => `${body(value).slice(0, at)}${junk}${body(value).slice(at)}`),
    );
    fc.assert(
      fc.property(bytes, (content) => {
        outcome("a.hcl", content);
        outcome("a.json", `{${content}}`);
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  it("means the same in HCL and in JSON", () => {
    fc.assert(
      fc.property(configuration, (value) => {
        expect(outcome("a.json", JSON.stringify(value))).toEqual(outcome("a.hcl", body(value)));
      }),
      { numRuns: runs(300, 20_000) },
    );
  });
});
