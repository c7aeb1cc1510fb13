import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createNames } from "../../../src/crypto/names.ts";
import { rememberPaths } from "../../../src/storage/address.ts";

describe("names that remember paths", () => {
  const plain = createNames(createSecretKey(Buffer.alloc(32, 7)));

  it("answers what the names themselves answer, however often and in whatever order paths are asked for", () => {
    const names = rememberPaths(plain);
    const paths = fc.array(fc.stringMatching(/^[a-c/]{0,6}$/), { maxLength: 100 });
    fc.assert(
      fc.property(paths, (asked) => {
        expect(asked.map(names.path)).toEqual(asked.map(plain.path));
        expect(asked.map(names.tag)).toEqual(asked.map(plain.tag));
      }),
    );
  });

  it("asks once for a path that is asked for again, and remembers few", () => {
    const asked: string[] = [];
    const names = rememberPaths({ tag: plain.tag, path: (path) => `${asked.push(path)}` });
    for (const path of ["a", "a", "b", "a"]) names.path(path);
    expect(asked).toEqual(["a", "b"]);
    for (let at = 0; at < 100; at++) names.path(`other ${at}`);
    names.path("a");
    expect(asked.filter((path) => path === "a")).toHaveLength(2);
  });

  it("remembers no failure", () => {
    let failing = true;
    const path = (text: string): string => {
      if (failing) throw new Error("too deep");
      return text;
    };
    const names = rememberPaths({ tag: plain.tag, path });
    expect(() => names.path("a")).toThrow("too deep");
    failing = false;
    expect(names.path("a")).toBe("a");
  });
});
