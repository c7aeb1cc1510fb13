import { Command, InvalidArgumentError, Option } from "commander";
import { startLocalServer } from "../local/server/index.ts";
import { ownPod } from "../local/server/pod.ts";
import type { UiBuilder, UiSource } from "../ui-files/source.ts";
import { failureLine } from "./failure.ts";

/** `zeroth server`: the local server, on the command line. */

interface Flags {
  readonly listen: { readonly host: string; readonly port: number };
  readonly awsListen: { readonly host: string; readonly port: number };
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly rootToken?: string;
  readonly data?: string;
  readonly auditFile?: string;
  readonly aws: "embedded" | "environment";
  readonly table: string;
  readonly key?: string;
  readonly createTable: boolean;
  readonly sweeper: boolean;
  readonly ui: "built" | "watch" | "off";
}

const hostAndPort = (text: string): { host: string; port: number } => {
  const cut = text.lastIndexOf(":");
  const port = Number(text.slice(cut + 1));
  if (cut < 1 || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new InvalidArgumentError("expected HOST:PORT");
  }
  return { host: text.slice(0, cut).replace(/^\[|\]$/g, ""), port };
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const tellFault = (fault: string): void => {
  process.stderr.write(`zeroth: the web page could not be built again, so it stays as it was: ${fault}\n`);
};

/** The page, unless its sources or what builds them are not here. */
const pageFor = async (how: Flags["ui"], builder: () => Promise<UiBuilder>): Promise<UiSource | undefined> => {
  if (how === "off") return undefined;
  try {
    const { builtOnce, builtAgain } = await builder();
    return how === "watch" ? await builtAgain(tellFault) : await builtOnce();
  } catch (fault) {
    process.stderr.write(`zeroth: the web page could not be built: ${failureLine(fault)}\n`);
    return undefined;
  }
};

const run = async (flags: Flags, builder: () => Promise<UiBuilder>): Promise<void> => {
  const ui = await pageFor(flags.ui, builder);
  const local = await startLocalServer({
    ...flags.listen,
    tls: { cert: flags.tlsCert, key: flags.tlsKey, clientCa: flags.tlsClientCa },
    aws: flags.aws,
    tableName: flags.table,
    create: flags.createTable,
    sweeper: flags.sweeper,
    awsListen: flags.aws === "embedded" ? flags.awsListen : undefined,
    rootToken: flags.rootToken,
    dataDir: flags.data,
    auditFile: flags.auditFile,
    keyId: flags.key,
    pod: ownPod(process.env),
    ui,
    log: (message, fields) => process.stderr.write(`${JSON.stringify({ message, ...fields })}\n`),
  });
  print(`Zeroth answers on ${local.url}`);
  print("");
  print(`  export VAULT_ADDR=${local.url}`);
  print(`  export VAULT_TOKEN=${local.rootToken}`);
  if (ui) {
    print("");
    print(`The web page is at ${local.url}/ui/`);
  }
  if (local.awsUrl !== undefined) {
    print("");
    print(`The embedded AWS answers on ${local.awsUrl}; administrators of its two accounts:`);
    for (const { accountId, accessKeyId, secretAccessKey } of local.embedded?.accounts ?? []) {
      print(`  ${accountId}  ${accessKeyId}  ${secretAccessKey}`);
    }
  }
  print("");
  print(
    flags.data === undefined ? "Everything is in memory and ends with this process." : `Data is kept in ${flags.data}.`,
  );
  const stop = (): void => {
    local.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
};

export const serverCommand = (builder: () => Promise<UiBuilder>): Command =>
  new Command("server")
    .description("run the server on this machine, for trying, developing and testing")
    .addOption(
      new Option("--listen <host:port>", "where to answer")
        .env("VAULT_DEV_LISTEN_ADDRESS")
        .default({ host: "127.0.0.1", port: 8200 }, "127.0.0.1:8200")
        .argParser(hostAndPort),
    )
    .option("--tls-cert <file>", "speak TLS with this certificate (PEM, issuers after it) and ask clients for theirs")
    .option("--tls-key <file>", "the private key of that certificate, PEM")
    .option("--tls-client-ca <file>", "authorities named to clients that choose which certificate to show, PEM")
    .addOption(
      new Option("--root-token <token>", "the root token; a random one unless given").env("VAULT_DEV_ROOT_TOKEN_ID"),
    )
    .option("--data <dir>", "keep everything in a folder; in memory unless given")
    .option("--audit-file <path>", "where audit lines go; audit.log in the data folder unless given")
    .addOption(
      new Option("--aws <where>", "embedded doubles, or the AWS of the SDK's environment")
        .choices(["embedded", "environment"])
        .default("embedded"),
    )
    .addOption(
      new Option("--aws-listen <host:port>", "where the embedded AWS answers")
        .default({ host: "127.0.0.1", port: 4566 }, "127.0.0.1:4566")
        .argParser(hostAndPort),
    )
    .option("--table <name>", "name of the DynamoDB table", "zeroth")
    .option("--key <id>", "id, ARN or alias of the KMS key")
    .option("--create-table", "with the environment's AWS: make table and key where they are missing", false)
    .option("--no-sweeper", "leave expired leases to the table's TTL")
    .addOption(
      new Option("--ui <how>", "the web page: built at the start, built again whenever it is opened, or left out")
        .choices(["built", "watch", "off"])
        .default("built"),
    )
    .action((flags: Flags) => run(flags, builder));
