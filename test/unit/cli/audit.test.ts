import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { auditCommand } from "../../../src/cli/audit.ts";
import { makeServer, type TestServer } from "../../support/make-server.ts";

let server: TestServer;
let dir: string;
let key: string;
beforeAll(async () => {
  server = await makeServer();
  dir = await mkdtemp(join(tmpdir(), "zeroth-audit-"));
  key = join(dir, "key.pem");
  await writeFile(key, String((await server.call("GET", "sys/audit-key")).data["public_key"]));
  await server.core.audit.flush();
});
afterAll(async () => {
  await server.dynamo.close();
  await rm(dir, { recursive: true });
});
afterEach(() => {
  process.exitCode = undefined;
});

const verify = async (lines: readonly string[]): Promise<{ said: string; failed: boolean }> => {
  const file = join(dir, "audit.log");
  await writeFile(file, lines.map((line) => `${line}\n`).join(""));
  const said: string[] = [];
  const spy = jest.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  await auditCommand().parseAsync(["verify", "--file", file, "--key", key], { from: "user" });
  spy.mockRestore();
  return { said: said.join(""), failed: process.exitCode === 1 };
};

describe("zeroth audit verify", () => {
  it("accepts the log of a server", async () => {
    const { said, failed } = await verify(server.auditLines);

    expect(failed).toBe(false);
    expect(said).toContain("3 lines of 1 writers, nothing changed");
  });

  it("names file and line of what was changed, and fails", async () => {
    const [first = "", ...rest] = server.auditLines;
    const { said, failed } = await verify([first.replace("audit-key", "audit-kex"), ...rest]);

    expect(failed).toBe(true);
    expect(said).toMatch(/audit\.log:1: this line was changed/);
  });
});

describe("zeroth audit expand", () => {
  it("prints a log in Vault's format, from a file", async () => {
    const file = join(dir, "compact.log");
    await writeFile(file, `START RequestId: 1\n${server.auditLines.join("\n")}\n`);
    const [said, told] = [[] as string[], [] as string[]];
    const out = jest.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
    const err = jest.spyOn(process.stderr, "write").mockImplementation((text) => told.push(String(text)) > 0);
    await auditCommand().parseAsync(["expand", "--file", file], { from: "user" });
    out.mockRestore();
    err.mockRestore();
    const entries = said
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

    expect(entries.map(({ type }) => type)).toEqual(["request", "response"]);
    for (const { auth, request } of entries) {
      expect(auth).toMatchObject({ token_type: "service", policy_results: { allowed: true } });
      expect(request).toMatchObject({ path: "sys/audit-key", namespace: { id: "root" } });
    }
    expect(told).toEqual(["1 lines are not audit lines and were left out\n"]);
  });

  it("is verified and printed as a log group exports it, each line behind its time", async () => {
    const stamped = server.auditLines.map((line) => `2030-01-01T00:00:00.000Z ${line}`);

    expect((await verify(stamped)).failed).toBe(false);
  });
});
