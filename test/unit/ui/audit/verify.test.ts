import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { linesOf } from "../../../../src/audit/lines.ts";
import { verifyAudit } from "../../../../src/audit/verify.ts";
import { textOf } from "../../../../ui/audit/lines.ts";
import { rowsOf } from "../../../../ui/audit/rows.ts";
import { readKey, verifyLog } from "../../../../ui/audit/verify.ts";
import { anotherPem, auditPem, twoWriters } from "../../../support/audit-log.ts";
import { runs } from "../../../support/runs.ts";

let log: readonly string[];
beforeAll(async () => {
  log = await twoWriters();
});

/** Something done to a log by somebody who would rather not be seen. */
type Edit = (lines: string[], at: number, other: number) => void;
const EDITS: Readonly<Record<string, Edit>> = {
  nothing: () => undefined,
  "a changed path": (lines, at) => void lines.splice(at, 1, (lines[at] ?? "").replace(/p[01]\//, "q/")),
  "a changed character": (lines, at, other) => {
    const text = lines[at] ?? "";
    const place = other % text.length;
    lines[at] = `${text.slice(0, place)}#${text.slice(place + 1)}`;
  },
  "a line removed": (lines, at) => void lines.splice(at, 1),
  "the end cut off": (lines, at) => void lines.splice(at),
  "a line twice": (lines, at, other) => void lines.splice(other % lines.length, 0, lines[at] ?? ""),
  "a line moved": (lines, at, other) => void lines.splice(other % lines.length, 0, ...lines.splice(at, 1)),
  "a line of somebody else": (lines, at) => void lines.splice(at, 0, '{"type":"request","request":{}}', "hello"),
  "a forged signature": (lines, at) =>
    void lines.splice(at, 1, (lines[at] ?? "").replace(/"signature":"./, '"signature":"!')),
};

describe("the page judges a log", () => {
  it("as the command line does, whatever was done to it", async () => {
    const keys = await Promise.all([auditPem, anotherPem].map(readKey));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(EDITS)),
        fc.nat({ max: 13 }),
        fc.nat(),
        fc.constantFrom([0], [1], [0, 1], []),
        fc.record({ continued: fc.boolean(), mixed: fc.boolean() }),
        async (edit, at, other, which, options) => {
          const lines = [...log];
          edit(lines, at, other);
          const pems = which.map((one) => [auditPem, anotherPem][one] ?? "");
          const verdict = await verifyLog(
            lines,
            which.flatMap((one) => keys[one] ?? []),
            options,
          );

          expect(verdict).toEqual(verifyAudit(lines, pems, options));
        },
      ),
      { numRuns: runs(150, 5000) },
    );
  });

  it.each(Object.entries(EDITS))("with %s, and says so", async (name, edit) => {
    const lines = [...log];
    edit(lines, 3, 9);

    const { ok } = await verifyLog(lines, [await readKey(auditPem)]);

    // The end may be cut off behind a checkpoint, and a line without a signature is not changed by a forged one.
    expect(ok).toBe(["nothing", "the end cut off", "a forged signature"].includes(name));
  });

  it("refuses a key that is none", async () => {
    await expect(readKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")).rejects.toThrow();
  });
});

describe("the lines of a log", () => {
  const two = ['{"type":"request"}', '{"type":"response"}'];

  it.each([
    ["a device's file", `${two.join("\n")}\n`],
    ["a file without its last line feed", two.join("\n")],
    ["an export to S3", two.map((line) => `2026-11-30T13:55:30.123Z ${line}\n`).join("")],
    [
      "aws logs filter-log-events",
      JSON.stringify({ events: two.map((message) => ({ timestamp: 1, message: `${message}\n` })) }),
    ],
  ])("are read from %s", async (_form, text) => {
    expect(linesOf(await textOf(new Blob([text])))).toEqual(two);
    expect(linesOf(await textOf(new Blob([gzipSync(text)])))).toEqual(two);
  });

  it("keep what was hashed: empty lines within, and a mark of the byte order", async () => {
    expect(linesOf(await textOf(new Blob(["\uFEFFa\n\nb\n"])))).toEqual(["\uFEFFa", "", "b"]);
  });

  it("become a row for each request, with what became of it", async () => {
    const request = (id: string, extra: object) =>
      JSON.stringify({
        time: `t${id}`,
        type: "request",
        request: { id, operation: "read", path: `p/${id}` },
        ...extra,
      });
    const response = (id: string, extra: object) => JSON.stringify({ type: "response", request: { id }, ...extra });

    const rows = await rowsOf([
      request("1", { auth: { display_name: "userpass-bob" } }),
      response("1", {}),
      "not a line",
      request("2", { auth: { accessor: "hmac-sha256:a" }, error: "permission denied" }),
      response("2", { error: "permission denied" }),
      request("3", {}),
      request("4", { auth: { display_name: "##1", accessor: `#${"A".repeat(43)}` } }),
      request("5", { auth: { accessor: `#${"A".repeat(43)}` } }),
    ]);

    expect(rows.map(({ line, who, path, outcome, error }) => [line, who, path, outcome, error])).toEqual([
      [1, "userpass-bob", "p/1", "allowed", ""],
      [4, "hmac-sha256:a", "p/2", "refused", "permission denied"],
      [6, "", "p/3", "no answer", ""],
      [7, "#1", "p/4", "no answer", ""],
      [8, `hmac-sha256:${"0".repeat(64)}`, "p/5", "no answer", ""],
    ]);
  });
});
