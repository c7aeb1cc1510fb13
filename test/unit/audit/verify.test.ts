import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Verdict } from "../../../src/audit/judge.ts";
import { verifyAudit } from "../../../src/audit/verify.ts";
import { anotherPem, auditPem as pem, twoWriters } from "../../support/audit-log.ts";

/** Written by the release before lines became compact. */
const former: { readonly pem: string; readonly lines: readonly string[] } = JSON.parse(
  readFileSync(new URL("former-log.json", import.meta.url), "utf8"),
);

let log: readonly string[];
beforeAll(async () => {
  log = await twoWriters();
});

const find = (part: string): number => log.findIndex((line) => line.includes(part));
const named = (verdict: Verdict): number | undefined => (verdict.ok ? undefined : verdict.line);
const what = (verdict: Verdict): string => (verdict.ok ? "ok" : verdict.what);
const edited = (change: (lines: string[]) => void): Verdict => {
  const lines = [...log];
  change(lines);
  return verifyAudit(lines, [pem]);
};

describe("verifying an audit log", () => {
  it("accepts the interleaved chains of two writers and counts what is vouched for", () => {
    const verdict = verifyAudit(log, [pem]);

    expect(verdict.ok && verdict.writers.map(({ lines, unsigned }) => [lines, unsigned])).toEqual([
      [7, 0],
      [7, 0],
    ]);
  });

  it("names a changed line", () => {
    const at = find("p0/2");
    const verdict = edited((lines) => lines.splice(at, 1, (log[at] ?? "").replace("p0/2", "p0/9")));

    expect(named(verdict)).toBe(at + 1);
    expect(what(verdict)).toContain("was changed");
  });

  /** The character after it: its last bits are of none of the 64 bytes. */
  const withUnusedBits = (text: string): string =>
    text.replace(/(.)==/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`);

  it.each<[string, (text: string) => string]>([
    ["its signature ends in another sign", (text) => text.replace("==", "#=")],
    ["its signature has bits that are not used", withUnusedBits],
    ["a blank was added", (text) => text.replace(',"type"', ', "type"')],
    ["a member was added", (text) => text.replace('"from":', '"more":1,"from":')],
  ])("names the last checkpoint if %s", (_what, change) => {
    const at = log.length - 1;
    const text = log[at] ?? "";

    expect(change(text)).not.toBe(text);
    expect(named(edited((lines) => lines.splice(at, 1, change(text))))).toBe(at + 1);
  });

  it.each([1, 2, 3, 4, 5])("names a line whose link was changed, number %s", (turn) => {
    const at = find(`p1/${turn}`);
    const verdict = edited((lines) =>
      lines.splice(at, 1, (log[at] ?? "").replace(/[\w-]{43}"}$/, `${"A".repeat(42)}E"}`)),
    );

    expect(named(verdict)).toBe(at + 1);
  });

  it("names the line after a removed one", () => {
    const at = find("p0/2");
    const verdict = edited((lines) => lines.splice(at, 1));

    expect(named(verdict)).toBe(find("p0/3"));
    expect(what(verdict)).toContain("missing (number 2");
  });

  it("misses a removed checkpoint", () => {
    const at = log.findIndex((line) => line.includes('"from":1'));
    const writer = /"chain":"([\w-]+)\./.exec(log[at] ?? "")?.[1] ?? "";
    const verdict = edited((lines) => lines.splice(at, 1));

    expect(what(verdict)).toContain("missing (number 4");
    expect(log.findIndex((line, index) => index > at && line.includes(writer))).toBe(named(verdict));
  });

  it("misses lines cut off at the beginning", () => {
    const verdict = edited((lines) => lines.splice(0, 2));

    expect(named(verdict)).toBe(1);
    expect(what(verdict)).toContain("number 1 of its writer is missing");
  });

  it("names an inserted line that continues the chain", () => {
    const at = find("p0/3");
    const forged = (log[at] ?? "").replace("p0/3", "p0/x");
    const verdict = edited((lines) => lines.splice(at, 0, forged));

    expect(named(verdict)).toBe(at + 1);
    expect(what(verdict)).toBe("was inserted");
  });

  it("names an inserted line without a chain", () => {
    const verdict = edited((lines) => lines.splice(3, 0, '{"time":"t","type":"request"}'));

    expect(named(verdict)).toBe(4);
  });

  it("names the first of two swapped lines", () => {
    const [one, two] = [find("p0/1"), find("p0/2")];
    const verdict = edited((lines) => {
      lines[one] = log[two] ?? "";
      lines[two] = log[one] ?? "";
    });

    expect(named(verdict)).toBe(one + 1);
    expect(what(verdict)).toContain("out of order");
  });

  it("names a forged checkpoint", async () => {
    const at = log.findIndex((line) => line.includes('"checkpoint"'));
    const forged = (log[at] ?? "").replace(/"signature":"./, (start) =>
      start.endsWith("A") ? '"signature":"B' : '"signature":"A',
    );

    expect(named(edited((lines) => lines.splice(at, 1, forged)))).toBe(at + 1);
    expect(what(verifyAudit(log, [anotherPem]))).toContain("unknown key");
  });

  it("names a checkpoint that was repeated", () => {
    const at = log.findIndex((line) => line.includes('"checkpoint"'));

    expect(named(edited((lines) => lines.splice(at + 1, 0, log[at] ?? "")))).toBe(at + 2);
  });

  it("names a line that was cut off in the middle", () => {
    const at = find("p1/4");

    expect(named(edited((lines) => lines.splice(at, 1, (log[at] ?? "").slice(0, 40))))).toBe(at + 1);
  });

  it("counts, but does not refuse, what follows the last checkpoint", () => {
    const cut = find("p0/5");
    const verdict = edited((lines) => lines.splice(cut));

    expect(verdict.ok && verdict.writers.map(({ unsigned }) => unsigned)).toEqual([1, 1]);
  });

  it("names a changed line after the last checkpoint when another follows", () => {
    const at = find("p0/4");
    const end = find("p0/5") + 1;
    const lines = [...log.slice(0, end)];
    lines[at] = (log[at] ?? "").replace("p0/4", "p0/y");

    expect(named(verifyAudit(lines, [pem]))).toBe(at + 1);
  });

  it("takes a log that begins in the middle when told so", () => {
    const rest = log.slice(find("p0/4"));

    expect(verifyAudit(rest, [pem], { continued: true }).ok).toBe(true);
    expect(verifyAudit(rest, [pem]).ok).toBe(false);
  });

  it("skips other lines only when told so", () => {
    const mixed = ["START RequestId: 1", ...log];

    expect(named(verifyAudit(mixed, [pem]))).toBe(1);
    expect(verifyAudit(mixed, [pem], { mixed: true })).toMatchObject({ ok: true, others: 1 });
  });

  it("accepts the log of a former release, whose lines have their links as objects, and what was written after it", () => {
    const { pem: theirs, lines } = former;

    expect(verifyAudit(lines, [theirs])).toMatchObject({ ok: true, writers: [{ unsigned: 0 }] });
    expect(verifyAudit([...lines, ...log], [theirs, pem])).toMatchObject({ ok: true });
  });

  it.each(former.lines.map((_line, at) => at))("names what was changed in such a log, line %s", (at) => {
    const lines = former.lines.with(at, (former.lines[at] ?? "").replace(/"seq":(\d+)/, '"seq": $1'));

    expect(named(verifyAudit(lines, [former.pem]))).toBe(at + 1);
  });

  it("names the last checkpoint of such a log if its link is written as a text", () => {
    const at = former.lines.length - 1;
    const text = former.lines[at] ?? "";
    const rewritten = text.replace(
      /"chain":\{"writer":"(\w+)","seq":(\d+),"prev":"(\w+)"\}/,
      (_all, writer: string, seq: string, prev: string) =>
        `"chain":"${writer}.${seq}.${Buffer.from(prev, "hex").toString("base64url")}"`,
    );

    expect(rewritten).not.toBe(text);
    expect(named(verifyAudit(former.lines.with(at, rewritten), [former.pem]))).toBe(at + 1);
  });

  it("names the last checkpoint if its link is written as an object", () => {
    const at = log.length - 1;
    const text = log[at] ?? "";
    const rewritten = text.replace(
      /"chain":"([\w-]+)\.(\d+)\.([\w-]+)"/,
      (_all, writer: string, seq: string, prev: string) =>
        `"chain":{"writer":"${writer}","seq":${seq},"prev":"${Buffer.from(prev, "base64url").toString("hex")}"}`,
    );

    expect(rewritten).not.toBe(text);
    expect(named(edited((lines) => lines.splice(at, 1, rewritten)))).toBe(at + 1);
  });

  it.each([
    ["a number of zero", (link: string) => link.replace(/\.\d+\./, ".0.")],
    ["a number with a zero in front", (link: string) => link.replace(/\.(\d+)\./, ".0$1.")],
    ["a number that no double holds", (link: string) => link.replace(/\.\d+\./, ".9999999999999999.")],
    ["a digest of 33 bytes", (link: string) => `${link}A`],
    ["a digest with bits that are of no byte", (link: string) => `${link.slice(0, -1)}B`],
    ["a digest in plain base64", (link: string) => `${link.slice(0, -2)}+A`],
    ["nothing", () => ""],
  ])("names a line whose link has %s", (_what, change) => {
    const at = find("p0/2");
    const verdict = edited((lines) =>
      lines.splice(
        at,
        1,
        (log[at] ?? "").replace(/("chain":")([^"]*)/, (_all, name: string, link: string) => name + change(link)),
      ),
    );

    expect(named(verdict)).toBe(at + 1);
  });
});
