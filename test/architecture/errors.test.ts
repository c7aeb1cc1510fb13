import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { ErrorCode } from "../../src/framework/index.ts";
import { statusOf } from "../../src/http/failure.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const source = readFileSync(new URL("../../src/std/errors.ts", import.meta.url), "utf8");

const documented = new Map(
  [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code = "", status]) => [code, Number(status)]),
);
const declared = [...source.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code = ""]) => code);

const SRC = new URL("../../src/", import.meta.url);

/** Every file of the program, by its path below `src`. */
const filesBelow = (folder: URL): readonly (readonly [string, string])[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const url = new URL(entry.name, folder);
    if (entry.isDirectory()) return filesBelow(new URL(`${entry.name}/`, folder));
    return entry.name.endsWith(".ts")
      ? [[url.pathname.slice(SRC.pathname.length), readFileSync(url, "utf8")] as const]
      : [];
  });
const files = filesBelow(SRC);

/** Every error made with this code: the file, and the text of the call. */
const madeWith = (code: string): readonly (readonly [string, string])[] =>
  files.flatMap(([file, text]) =>
    [...text.matchAll(new RegExp(String.raw`new VaultError\((?:[^;"]*\? )?"${code}"(?:[^;]|\n)*?;`, "g"))].map(
      ([call]) => [file, call] as const,
    ),
  );

/** Words of a mistake that its maker can put right. */
const MISTAKE = /invalid|missing|unknown|must |cannot|required|unsupported|not found|not allowed|does not exist|parse/;

describe("a failure of the program's own", () => {
  it("I11: has no text, so that nothing a caller does is answered with one", () => {
    const made = madeWith("internal").map(([, call]) => call);
    expect(made.length).toBeGreaterThan(3);
    expect(made.filter((text) => /\bwire\b(?!: "internal error")/.test(text))).toEqual([]);
  });
});

describe("I11: a failure that is not the program's own and not the caller's", () => {
  it("of another service is told only by what asks one", () => {
    const places = new Set(madeWith("upstream_failed").map(([file]) => file));
    expect([...places].sort()).toEqual([
      "auth/aws/ask.ts",
      "auth/aws/sts-answer.ts",
      "auth/cert/list-writes.ts",
      "auth/github/failures.ts",
      "auth/jwt/login.ts",
      "auth/jwt/oidc/failures.ts",
      "auth/jwt/providers/ask.ts",
      "auth/kubernetes/annotations.ts",
      "auth/ldap/failures.ts",
      "core/leases/elsewhere.ts",
      "engines/aws/failure.ts",
      "engines/database/failure.ts",
      "engines/database/static-rotation.ts",
    ]);
  });

  it("of the storage says when to try again, but for a sealed server", () => {
    const made = madeWith("storage_unavailable");
    expect(made.length).toBeGreaterThan(4);
    const without = made.filter(([, call]) => !call.includes("retryAfter"));
    expect(without.map(([file, call]) => `${file}: ${call}`)).toEqual([
      expect.stringMatching(/^core\/config\/config\.ts: .*"Vault is sealed"/),
    ]);
  });

  it.each(["upstream_failed", "storage_unavailable"])("%s never has the words of a mistake", (code) => {
    const wires = madeWith(code).flatMap(([file, call]) =>
      [...call.matchAll(/wire: (?:"([^"]*)"|`([^`]*)`)/g)].map(([, a = "", b = ""]) => `${file}: ${a}${b}`),
    );
    expect(wires.length).toBeGreaterThan(2);
    expect(wires.filter((wire) => MISTAKE.test(wire))).toEqual([]);
  });

  it("is made nowhere in a way that these tests do not see", () => {
    for (const code of ["internal", "upstream_failed", "storage_unavailable"]) {
      const named = files.flatMap(([file, text]) =>
        file.startsWith("http/") || file === "std/errors.ts"
          ? []
          : [...text.matchAll(new RegExp(`VaultError\\([^;]*?"${code}"`, "g"))].map(() => file),
      );
      expect([code, madeWith(code).filter(([file]) => !file.startsWith("http/")).length]).toEqual([code, named.length]);
    }
  });
});

describe("V65: what a text repeats of an input", () => {
  /** Not inputs: an ARN that STS vouched for, and faults of the program's own tables. */
  const WHOLE = ["auth/aws/backend.ts", "auth/aws/login.ts", "core/catalog.ts"];

  it("goes through std/shown.ts wherever it is quoted", () => {
    const quoting = files.filter(
      ([file, text]) => !/^(?:cli|local|storage|std)\//.test(file) && text.includes("$" + "{JSON.stringify("),
    );
    expect(quoting.map(([file]) => file).sort()).toEqual(WHOLE);
  });
});

describe("docs/errors.md", () => {
  it("lists exactly the codes of the program", () => {
    expect([...documented.keys()].sort()).toEqual([...declared].sort());
  });

  it("gives each code the status that is sent", () => {
    for (const [code, status] of documented) expect([code, statusOf(code as ErrorCode)]).toEqual([code, status]);
  });
});
