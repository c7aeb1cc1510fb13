import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer, Server as SecureServer } from "node:https";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AgentFile, buildAgentFile } from "../../scripts/build/agent-file.ts";
import { type Made, makeAuthority, makeCertificate, SERVER_AUTH } from "../support/certificates.ts";
import { onLoopback } from "../support/loopback.ts";

describe("the agent's file", () => {
  let folder: string;
  let built: AgentFile;
  let authority: Made;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "zeroth-agent-file-"));
    built = await buildAgentFile(folder);
    authority = await makeAuthority();
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (...args: readonly string[]) =>
    promisify(execFile)(built.file, [...args], { cwd: "/", env: { PATH: process.env["PATH"] } }).catch(
      (error: unknown) => error as { readonly code: number; readonly stderr: string },
    );

  it("runs from anywhere, without any package", async () => {
    expect(await run("agent", "-h")).toMatchObject({ stdout: expect.stringContaining("Usage: zeroth agent -config") });
    expect(await run("agent")).toMatchObject({
      code: 1,
      stderr: "Must specify exactly at least one config path using -config\n",
    });
  });

  it("asks for nothing outside but Node's own modules", () => {
    const outside = Object.values(built.metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path.replace(/^node:/, "")),
    );

    expect(outside).toContain("fs");
    expect(outside.filter((name) => !builtinModules.includes(name))).toEqual([]);
  });

  /** What a template makes of a server that knows the token. */
  const rendered = async (server: Server | SecureServer, contents: string, more = ""): Promise<string> => {
    const of = await mkdtemp(join(folder, "rendered-"));
    const { port, close } = await onLoopback(server);
    const address = `${server instanceof SecureServer ? "https" : "http"}://127.0.0.1:${port}`;
    await writeFile(`${of}/token`, "t");
    await writeFile(`${of}/ca.pem`, authority.cert);
    await writeFile(
      `${of}/agent.hcl`,
      `vault {
         address = "${address}"
         ca_cert = "${of}/ca.pem"
       }
       exit_after_auth = true
       auto_auth { method "token_file" { config = { token_file_path = "${of}/token" } } }
       template {
         contents = ${JSON.stringify(contents)}
         destination = "${of}/made"
         perms = "0600"
         ${more.replaceAll("FOLDER", of)}
       }`,
    );
    await run("agent", `-config=${of}/agent.hcl`);
    await close();
    return readFile(`${of}/made`, "utf8");
  };
  const data = { id: "t", accessor: "a", policies: ["default"], ttl: 0, renewable: false, path: "auth/token/create" };
  const answer: RequestListener = (_, response) => void response.end(JSON.stringify({ data }));

  it("renders what needs packages that are loaded on demand", async () => {
    const contents =
      '{{ regexReplaceAll "o+" "0" "foo" }} {{ (parseYAML "a: [1, yes]").a }} {{ sprig_bcrypt "x" | len }}';

    expect(await rendered(createServer(answer), contents)).toBe("f0 [1 true] 60");
  });

  it("speaks TLS, hashes and runs commands by what of Node's is loaded on demand", async () => {
    const { cert, key } = await makeCertificate({ by: authority, ips: ["127.0.0.1"], purposes: [SERVER_AUTH] });
    const server = createSecureServer({ cert, key }, answer);
    const exec = 'exec { command = ["/bin/sh", "-c", "printf %s . >> FOLDER/made"] }';

    expect(
      await rendered(server, '{{ with secret "secret/app" }}{{ .Data.accessor | sha256Hex }}{{ end }}', exec),
    ).toBe("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb.");
  });

  it("has nothing of the server in it", () => {
    const inputs = Object.keys(built.metafile.inputs);
    const server = /^src\/(?:local|core|storage|engines|auth|backends|http|crypto|server)/;

    expect(inputs).toContain("src/agent/run.ts");
    expect(inputs.filter((path) => server.test(path))).toEqual([]);
  });
});
