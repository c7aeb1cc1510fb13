import { spawn } from "node:child_process";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeAuthority, makeCertificate, SERVER_AUTH } from "../../test/support/certificates.ts";
import { buildAgentFile } from "../build/agent-file.ts";
import { buildExecutable } from "../build/executable.ts";
import { type Figure, figure } from "./figures.ts";

/**
 * What an idle agent takes: its own file on this Node, logged in by a token file, with one sink and one template, against
 * a server of a few lines, on the same machine and over TLS. Memory and processor time are Linux's own count of the process.
 */

const MEGABYTE = 1024 * 1024;
/** Ticks of a second in `/proc`: 100 on every Linux that Node runs on. */
const TICKS = 100;

const answers = (url: string): object => {
  const envelope = { request_id: "1", lease_id: "", renewable: false, lease_duration: 0, warnings: null };
  if (url.includes("lookup-self"))
    return { ...envelope, data: { id: "hvs.of-the-bench", accessor: "a", ttl: 86_400, renewable: true } };
  if (url.includes("renew-self")) {
    return {
      ...envelope,
      auth: {
        client_token: "hvs.of-the-bench",
        accessor: "a",
        policies: [],
        metadata: null,
        lease_duration: 86_400,
        renewable: true,
      },
    };
  }
  if (url.includes("ui/mounts"))
    return { ...envelope, data: { path: "secret/", type: "kv", options: { version: "2" } } };
  return {
    ...envelope,
    data: { data: { password: "p" }, metadata: { version: 1, deletion_time: "", destroyed: false } },
  };
};

const answer: RequestListener = (request, response) => {
  request.resume();
  response.setHeader("content-type", "application/json").end(JSON.stringify(answers(request.url ?? "")));
};

type Scheme = "http" | "https";

/** The server, not listening yet; over TLS, its authority's certificate is in `folder`. */
const makeServer = async (scheme: Scheme, folder: string) => {
  if (scheme === "http") return createServer(answer);
  const by = await makeAuthority();
  const { cert, key } = await makeCertificate({ name: "CN=server", by, ips: ["127.0.0.1"], purposes: [SERVER_AUTH] });
  await writeFile(`${folder}/ca.pem`, by.cert);
  return createTlsServer({ cert, key }, answer);
};

const configuration = (folder: string, address: string): string => `
vault {
  address = "${address}"
  ${address.startsWith("https:") ? `ca_cert = "${folder}/ca.pem"` : ""}
}
auto_auth {
  method "token_file" { config = { token_file_path = "${folder}/given" } }
  sink "file" { config = { path = "${folder}/token" } }
}
template {
  destination = "${folder}/rendered"
  contents = "{{ with secret \\"secret/app\\" }}{{ .Data.data.password }}{{ end }}"
}
`;

interface Taken {
  readonly kilobytes: number;
  readonly ticks: number;
}

const takenBy = async (pid: number): Promise<Taken> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  // The name of the program, in parentheses, may hold blanks.
  const times = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /s, "").split(" ");
  return {
    kilobytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
    ticks: Number(times[11]) + Number(times[12]),
  };
};

const rendered = async (file: string): Promise<void> => {
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await stat(file).catch(() => undefined)) !== undefined) return;
    await wait(100);
  }
  throw new Error("the agent rendered nothing within 30 s");
};

const measure = async (
  command: readonly string[],
  scheme: Scheme,
  folder: string,
  quick: boolean,
): Promise<readonly number[]> => {
  await mkdir(folder);
  const server = await makeServer(scheme, folder);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await writeFile(`${folder}/given`, "hvs.of-the-bench");
  const { port } = server.address() as AddressInfo;
  await writeFile(`${folder}/agent.hcl`, configuration(folder, `${scheme}://127.0.0.1:${port}`));
  const [program = "", ...args] = command;
  const agent = spawn(program, [...args, "agent", `-config=${folder}/agent.hcl`], { stdio: "ignore" });
  try {
    await rendered(`${folder}/rendered`);
    await wait(quick ? 3000 : 15_000);
    const before = await takenBy(agent.pid ?? 0);
    const seconds = quick ? 10 : 60;
    await wait(seconds * 1000);
    const after = await takenBy(agent.pid ?? 0);
    return [after.kilobytes / 1024, ((after.ticks - before.ticks) * 1000) / TICKS / (seconds / 60)];
  } finally {
    agent.kill();
    server.closeAllConnections();
    server.close();
  }
};

const size = async (file: string): Promise<number> => (await stat(file)).size / MEGABYTE;

const PROGRAMS = ["one file", "executable"] as const;

/** `folder` is an empty one. Elsewhere than on Linux, sizes only. */
export const measureAgent = async (folder: string, quick: boolean): Promise<readonly Figure[]> => {
  const { file } = await buildAgentFile(folder);
  const executable = join(folder, "zeroth");
  await buildExecutable({ script: file, outfile: executable });
  const sizes = [
    figure("agent, one file", await size(file), "MB", 3),
    figure("agent, single executable", await size(executable), "MB", 150),
  ];
  if (process.platform !== "linux") return sizes;
  const runs = PROGRAMS.flatMap((program) => (["http", "https"] as const).map((scheme) => ({ program, scheme })));
  const idle = await Promise.all(
    runs.map(async ({ program, scheme }) => {
      const command = program === "one file" ? [process.execPath, file] : [executable];
      const where = join(folder, `${program}-${scheme}`);
      const [megabytes = 0, milliseconds = 0] = await measure(command, scheme, where, quick);
      const name = `agent, ${program}, Node ${process.versions.node}, ${scheme}, idle`;
      return [
        figure(`${name}: resident`, megabytes, "MB", 60),
        // Ten seconds right after the start, when V8 still tidies up, tell nothing about a day.
        figure(`${name}: processor time a minute`, milliseconds, "ms", quick ? null : 60),
      ];
    }),
  );
  return [...sizes, ...idle.flat()];
};
