import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { failureLine } from "../../../../src/cli/failure.ts";
import { type LocalServer, startLocalServer } from "../../../../src/local/server/index.ts";

const lookupSelf = async (local: LocalServer): Promise<unknown> => {
  const answer = await fetch(`${local.url}/v1/auth/token/lookup-self`, {
    headers: { "X-Vault-Token": local.rootToken },
  });
  return ((await answer.json()) as { data: unknown }).data;
};

it("shows a root token that was asked for as Vault's dev server does, and another one as root", async () => {
  const asked = await startLocalServer({ port: 0, rootToken: "root", sweeper: false });
  const random = await startLocalServer({ port: 0, sweeper: false });

  expect(await lookupSelf(asked)).toMatchObject({
    path: "auth/token/create",
    display_name: "token",
    policies: ["root"],
    ttl: 0,
  });
  expect(await lookupSelf(random)).toMatchObject({ path: "auth/token/root", display_name: "root" });
  await Promise.all([asked.close(), random.close()]);
});

const lineOf = (work: Promise<unknown>): Promise<string> => work.then(() => "it worked", failureLine);

it("says in one line that a port is in use, its own or that of the AWS doubles", async () => {
  const first = await startLocalServer({ port: 0, sweeper: false });
  const port = Number(new URL(first.url).port);
  const line = `cannot listen on 127.0.0.1:${port}: the port is in use (--listen and --aws-listen choose others)`;

  expect(await lineOf(startLocalServer({ port, sweeper: false }))).toBe(line);
  const awsListen = { host: "127.0.0.1", port };
  expect(await lineOf(startLocalServer({ port: 0, awsListen, sweeper: false }))).toBe(line);
  await first.close();
});

it("says in one line what is wrong with a folder or file", async () => {
  const dir = await mkdtemp(join(tmpdir(), "zeroth-server-"));
  const file = join(dir, "file");
  await writeFile(file, "text\n");

  expect(await lineOf(startLocalServer({ port: 0, dataDir: file }))).toBe(`cannot use ${file}: a file is in the way`);
  expect(await lineOf(startLocalServer({ port: 0, dataDir: join(file, "data") }))).toBe(
    `cannot use ${join(file, "data")}: not a folder`,
  );
  for (const auditFile of [join(dir, "missing", "audit.log"), file]) {
    expect(await lineOf(startLocalServer({ port: 0, auditFile }))).toBe(
      `sanity check failed; unable to open ${JSON.stringify(auditFile)} for writing`,
    );
  }
  await rm(dir, { recursive: true });
});

it("is unsealed by starting it again, which the audit log shows", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "zeroth-server-"));
  const first = await startLocalServer({ port: 0, dataDir, sweeper: false });
  const headers = { "X-Vault-Token": first.rootToken };
  await fetch(`${first.url}/v1/sys/seal`, { method: "PUT", headers });
  expect((await fetch(`${first.url}/v1/sys/mounts`, { headers })).status).toBe(503);
  await first.close();

  const second = await startLocalServer({ port: 0, dataDir, sweeper: false });

  expect((await fetch(`${second.url}/v1/sys/mounts`, { headers })).status).toBe(200);
  await second.close();
  expect(await readFile(join(dataDir, "audit.log"), "utf8")).toContain('"path":"sys/unseal"');
  await rm(dataDir, { recursive: true });
});
