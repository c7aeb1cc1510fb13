import { describe, expect, it } from "@jest/globals";
import { decide } from "../../../src/policy/index.ts";
import { scanLeavesOut } from "../../../src/policy/scan.ts";
import { aclOf, rule } from "./acl-kit.ts";

const scans = (text: string, path: string): boolean =>
  decide(aclOf(text), { path, operation: "scan", sudoPath: false }).allowed;

describe("a recursive listing", () => {
  it("needs scan, which is neither list nor read", () => {
    expect(scans(rule("kv/*", "scan"), "kv/a/")).toBe(true);
    expect(scans(rule("kv/*", "create read update delete list patch sudo"), "kv/a/")).toBe(false);
    expect(scans(`path "kv/*" { policy = "sudo" }`, "kv/a/")).toBe(false);
  });

  it("is judged in both spellings of its path, by the more specific rule", () => {
    expect(scans(rule("kv/a", "scan"), "kv/a/")).toBe(true);
    expect(scans(rule("kv/a/", "scan"), "kv/a")).toBe(true);
    expect(scans(rule("kv/*", "scan") + rule("kv/a/*", "read"), "kv/a")).toBe(false);
    expect(scans(rule("kv/+", "scan") + rule("kv/a/", "deny"), "kv/a")).toBe(false);
  });

  it.each([
    ["a folder that no rule names", rule("kv/", "scan"), false],
    ["a folder of the same rule", rule("kv/*", "scan"), false],
    ["a folder of a wider rule", rule("*", "read") + rule("kv/", "scan"), false],
    ["a folder of a narrower rule with scan", rule("kv/*", "scan") + rule("kv/a/*", "scan read"), false],
    ["a folder of a narrower rule without scan", rule("kv/*", "scan") + rule("kv/a/*", "read list"), true],
    ["a folder that a narrower rule denies", rule("kv/*", "scan") + rule("kv/a/*", "deny"), true],
    ["a folder that is denied by its own name", rule("kv/*", "scan") + rule("kv/a", "deny"), true],
    ["a folder that a wider rule denies", rule("kv/", "scan") + rule("kv/*", "deny"), true],
  ])("of %s", (_what, text, leftOut) => {
    expect(scans(text, "kv/")).toBe(true);
    expect(scanLeavesOut(aclOf(text), "kv/", "kv/a/")).toBe(leftOut);
  });

  it("of a folder of a narrower rule with segments leaves it out", () => {
    const text = rule("kv/*", "scan") + rule("kv/a/+/x/*", "read");

    expect(scanLeavesOut(aclOf(text), "kv/", "kv/a/b/")).toBe(false);
    expect(scanLeavesOut(aclOf(text), "kv/", "kv/a/b/x/")).toBe(true);
  });
});
