import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { runAgent } from "../../../src/cli/agent.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";

describe("zeroth agent", () => {
  let folder: string;
  const [out, errors]: [string[], string[]] = [[], []];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "agent-cli-"));
    out.length = 0;
    errors.length = 0;
    jest.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
    jest.spyOn(process.stderr, "write").mockImplementation((text) => errors.push(String(text)) > 0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    delete process.env["BAO_AGENT_CONFIG_PATH"];
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const SINK = 'sink "file" { config = { path = "/none/token" } }';
  const refused = (more = "") => `auto_auth { method "nope" { config = { a = 1 } } ${SINK} } ${more}`;

  it("is a command that reads its own flags", async () => {
    const row = COMMANDS["agent"];
    expect(row && "run" in row && (await row.run())).toBe(runAgent);
  });

  it("wants a configuration", async () => {
    expect(await runAgent([])).toBe(1);
    expect(errors).toEqual(["Must specify exactly at least one config path using -config\n"]);
  });

  it("names an unknown flag", async () => {
    expect(await runAgent(["-config=/x", "-no-such-flag"])).toBe(1);
    expect(errors).toEqual(["flag provided but not defined: -no-such-flag\n"]);
  });

  it.each(["-h", "-help", "--help"])("tells its flags with %s", async (flag) => {
    expect(await runAgent([flag])).toBe(0);
    expect(out.join("")).toMatch(/-config=<path>[\s\S]*-log-level=<level>/);
    expect(out.join("")).not.toContain("Ignored.");
  });

  it("says what is wrong with the configuration", async () => {
    expect(await runAgent([`-config=${write("a.hcl", "vault {")}`])).toBe(1);
    expect(errors).toEqual([`error loading configuration from ${folder}/a.hcl: At 1:8: unexpected end of text\n`]);
  });

  it("reads the files of the environment where no flag names any", async () => {
    const [first, second] = [write("a.hcl", refused()), write("b.hcl", 'log_level = "loud"')];
    process.env["BAO_AGENT_CONFIG_PATH"] = `${first}, ${second}`;

    expect(await runAgent([])).toBe(1);
    expect(await runAgent([`-config=${write("c.hcl", refused('log_format = "odd"'))}`])).toBe(1);
    expect(errors).toEqual(["unknown log level: loud\n", "unknown log format: odd\n"]);
  });

  it("refuses a sink before anything is asked, and leaves the process as it was", async () => {
    const before = process.eventNames().length;

    expect(await runAgent([`-config=${write("a.hcl", refused())}`])).toBe(1);
    expect(errors.join("")).toContain("error creating file sink: error during write check: ");
    expect(process.eventNames().length).toBe(before);
  });

  it("writes its log to a file as well, and warns of keys without effect", async () => {
    const log = join(folder, "agent.log");
    await runAgent([`-config=${write("a.hcl", refused("nope = 1"))}`, `-log-file=${log}`, "-log-format=json"]);

    const line = errors.find((each) => each.includes("nope")) ?? "";
    expect(JSON.parse(line)).toMatchObject({ "@level": "warn", "@message": "'nope' has no effect here" });
    expect(readFileSync(log, "utf8")).toBe(line);
  });

  it("says where its log cannot be written", async () => {
    expect(await runAgent([`-config=${write("a.hcl", refused())}`, `-log-file=${folder}/none/x.log`])).toBe(1);
    expect(errors).toEqual([`failed to setup logging: open ${folder}/none/x.log: no such file or directory\n`]);
  });
});
