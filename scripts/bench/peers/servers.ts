import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isJsonObject, type JsonObject, parseJson } from "../../../src/std/json.ts";
import { freePort } from "../openbao.ts";
import { textAt } from "../world.ts";
import { type Child, start, untilAnswers } from "./child.ts";

/** Both products as one would run them on this machine, each with its audit log in a file. */

export interface Peer {
  readonly name: string;
  readonly address: string;
  readonly token: string;
  /** The product alone: not the table, where it is a process of its own. */
  readonly process: Child;
  stop(): Promise<void>;
}

const REGION = "us-east-1";
const TOKEN = "root";
const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const nodeArguments = (path: string): readonly string[] => ["--no-warnings", "--import", "tsx", file(path)];

const parsed = (text: string): JsonObject => {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error("not a JSON object");
  return value;
};

/** What is started is stopped where it does not become ready. */
const orStop = async <T>(stop: () => Promise<void>, ready: () => Promise<T>): Promise<T> => {
  try {
    return await ready();
  } catch (cause) {
    await stop();
    throw cause;
  }
};

/** Zeroth over an AWS in another process: what it does on Lambda, without Lambda. */
export const startZeroth = async (folder: string): Promise<Peer> => {
  const aws = start(process.execPath, nodeArguments("scripts/bench/peers/aws.ts"));
  const known = parsed(await orStop(aws.stop, aws.firstLine));
  const listen = `127.0.0.1:${await freePort()}`;
  const server = start(
    process.execPath,
    [
      ...nodeArguments("bin/zeroth.ts"),
      "server",
      ...["--listen", listen, "--root-token", TOKEN, "--ui", "off"],
      ...["--aws", "environment", "--create-table", "--audit-file", join(folder, "zeroth-audit.log")],
    ],
    {
      ...process.env,
      AWS_ENDPOINT_URL: textAt(known, "url"),
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: textAt(known, "accessKeyId"),
      AWS_SECRET_ACCESS_KEY: textAt(known, "secretAccessKey"),
    },
  );
  const address = `http://${listen}`;
  const stop = async () => {
    await server.stop();
    await aws.stop();
  };
  await orStop(stop, () => untilAnswers(address));
  return { name: "Zeroth", address, token: TOKEN, process: server, stop };
};

const put = async (address: string, path: string, body: object): Promise<JsonObject> => {
  const response = await fetch(`${address}/v1/${path}`, { method: "PUT", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`OpenBao answered ${response.status}: ${await response.text()}`);
  return parsed(await response.text());
};

/** OpenBao with Raft, its usual storage, on this machine's disk. */
export const startOpenBaoWithRaft = async (program: string, folder: string): Promise<Peer> => {
  const [port, clusterPort] = [await freePort(), await freePort()];
  const address = `http://127.0.0.1:${port}`;
  const raft = join(folder, "raft");
  await mkdir(raft);
  const configuration = `
storage "raft" { path = ${JSON.stringify(raft)} node_id = "one" }
listener "tcp" { address = "127.0.0.1:${port}" cluster_address = "127.0.0.1:${clusterPort}" tls_disable = true }
api_addr = "${address}"
cluster_addr = "http://127.0.0.1:${clusterPort}"
audit "file" "file" { options { file_path = ${JSON.stringify(join(folder, "openbao-audit.log"))} } }`;
  await writeFile(join(folder, "openbao.hcl"), configuration);
  const server = start(program, ["server", `-config=${join(folder, "openbao.hcl")}`]);
  const token = await orStop(server.stop, async () => {
    await untilAnswers(address, false);
    const made = await put(address, "sys/init", { secret_shares: 1, secret_threshold: 1 });
    const [key] = Array.isArray(made["keys"]) ? made["keys"] : [];
    await put(address, "sys/unseal", { key });
    await untilAnswers(address);
    return textAt(made, "root_token");
  });
  return { name: "OpenBao", address, token, process: server, stop: server.stop };
};
