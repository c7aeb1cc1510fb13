import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { makeLog } from "../../../../src/agent/process/log.ts";
import { openLogFile } from "../../../../src/agent/process/log-file.ts";

const START = Date.parse("2026-11-30T06:30:00Z");

const logOf = (level: "trace" | "info" | "error", format: "standard" | "json" = "standard") => {
  const lines: string[] = [];
  const log = makeLog({ level, format, clock: { now: () => START }, write: (line) => lines.push(line) });
  return { log, lines };
};

describe("a line of the log", () => {
  it("looks like Vault's", () => {
    const { log, lines } = logOf("trace");
    log.named("auth.handler").info("authentication successful, sending token to sinks");
    log.warn("odd", { path: "/x", tries: 3, why: "no such file", empty: "" });
    log.error("bad");
    log.debug("more");
    log.trace("most");

    expect(lines).toEqual([
      "2026-11-30T06:30:00.000Z [INFO]  agent.auth.handler: authentication successful, sending token to sinks\n",
      '2026-11-30T06:30:00.000Z [WARN]  agent: odd: path=/x tries=3 why="no such file" empty=""\n',
      "2026-11-30T06:30:00.000Z [ERROR] agent: bad\n",
      "2026-11-30T06:30:00.000Z [DEBUG] agent: more\n",
      "2026-11-30T06:30:00.000Z [TRACE] agent: most\n",
    ]);
  });

  it("is an object in JSON", () => {
    const { log, lines } = logOf("info", "json");
    log.named("sink").named("file").error("a\nb", { path: '"' });

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      "@level": "error",
      "@message": "a\nb",
      "@module": "agent.sink.file",
      "@timestamp": "2026-11-30T06:30:00.000000Z",
      path: '"',
    });
  });

  it.each(["standard", "json"] as const)("stays one line, whatever a server says (%s)", (format) => {
    const { log, lines } = logOf("info", format);
    log.info("a\r\n2026-11-30 [INFO] forged\u001b[2J\u2028", { why: "a\nb" });

    expect(lines[0]).toMatch(/^[^\p{Cc}\u2028]+\n$/u);
  });

  it("is written from its level on, which may change", () => {
    const { log, lines } = logOf("error");
    log.info("quiet");
    log.setLevel("debug");
    log.named("part").debug("loud");

    expect(lines.map((line) => line.replace(/.*: /s, ""))).toEqual(["loud\n"]);
  });
});

describe("a log file", () => {
  let folder: string;
  let now = START;
  const clock = { now: () => now };
  const settings = { rotateBytes: 0, rotateDuration: 86_400_000, rotateMaxFiles: 0 };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "agent-log-"));
    now = START;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const inFolder = () => readdirSync(folder).sort();
  const read = (name: string) => readFileSync(join(folder, name), "utf8");

  it("is continued, and readable for its group", () => {
    writeFileSync(join(folder, "a.log"), "old\n", { mode: 0o600 });
    const file = openLogFile(join(folder, "a.log"), settings, clock);
    file.write("new\n");
    file.close();
    openLogFile(join(folder, "b"), settings, clock).close();

    expect(read("a.log")).toBe("old\nnew\n");
    expect(statSync(join(folder, "b")).mode & 0o777).toBe(0o640);
  });

  it("is agent.log where a folder is named", () => {
    const file = openLogFile(`${folder}/`, settings, clock);
    file.write("x\n");
    file.close();

    expect(read("agent.log")).toBe("x\n");
  });

  it("is begun again when it is large, and keeps the newest old ones", () => {
    const file = openLogFile(join(folder, "a.log"), { ...settings, rotateBytes: 10, rotateMaxFiles: 2 }, clock);
    for (const line of ["1", "2", "3", "4", "5"]) {
      now += 1000;
      file.write(`${line.repeat(10)}\n`);
    }
    file.close();

    expect(inFolder().map((name) => [name.replace(/\d+/, "T"), read(name)])).toEqual([
      ["a-T.log", "3333333333\n"],
      ["a-T.log", "4444444444\n"],
      ["a.log", "5555555555\n"],
    ]);
  });

  it("is begun again when it is old, also where it has no extension", () => {
    const file = openLogFile(join(folder, "a"), { ...settings, rotateDuration: 60_000 }, clock);
    file.write("1\n");
    now += 60_000;
    file.write("2\n");
    file.close();

    expect(inFolder().map((name) => [name, read(name)])).toEqual([
      ["a", "2\n"],
      [`a-${START + 60_000}000000.log`, "1\n"],
    ]);
  });

  it("leaves other files alone", () => {
    for (const name of ["a-x.log", "a-1.log.gz", "b-1.log"]) writeFileSync(join(folder, name), "");
    const file = openLogFile(join(folder, "a.log"), { ...settings, rotateBytes: 1, rotateMaxFiles: 1 }, clock);
    for (const line of ["1", "2", "3"]) {
      now += 1000;
      file.write(`${line}\n`);
    }
    file.close();

    expect(inFolder()).toEqual(["a-1.log.gz", `a-${START + 3000}000000.log`, "a-x.log", "a.log", "b-1.log"]);
  });

  it("is made again once somebody moved it and a reload came", () => {
    const file = openLogFile(join(folder, "a.log"), settings, clock);
    file.write("1\n");
    renameSync(join(folder, "a.log"), join(folder, "moved.log"));
    file.reopen();
    file.write("2\n");
    file.close();

    expect([read("moved.log"), read("a.log")]).toEqual(["1\n", "2\n"]);
  });

  it("that cannot be opened is an error of the start", () => {
    expect(() => openLogFile(join(folder, "none", "a.log"), settings, clock)).toThrow(
      `failed to setup logging: open ${folder}/none/a.log: no such file or directory`,
    );
  });

  it("that cannot be written any more ends nothing", () => {
    const file = openLogFile(join(folder, "a.log"), { ...settings, rotateBytes: 1 }, clock);
    file.write("1\n");
    rmSync(folder, { recursive: true });
    file.write("2\n");
    expect(existsSync(folder)).toBe(false);
    file.close();
  });
});
