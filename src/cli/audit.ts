import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { expandAudit } from "../audit/expand.ts";
import type { Verdict } from "../audit/judge.ts";
import { linesOf } from "../audit/lines.ts";
import { verifyAudit } from "../audit/verify.ts";

/**
 * `zeroth audit verify`: whether lines of an audit log were changed, removed, inserted or moved. `zeroth audit expand`:
 * the built-in device's lines in Vault's format, for what reads that.
 */

interface Flags {
  readonly file: string;
  readonly key: readonly string[];
  readonly continued: boolean;
  readonly mixed: boolean;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** From the server, with the caller's own token. */
const servedKey = async (): Promise<string> => {
  const address = process.env["VAULT_ADDR"] ?? "http://127.0.0.1:8200";
  const answer = await fetch(`${address.replace(/\/$/, "")}/v1/sys/audit-key`, {
    headers: { "X-Vault-Token": process.env["VAULT_TOKEN"] ?? "" },
  });
  const body = (await answer.json()) as { readonly data?: { readonly public_key?: unknown } };
  const key = body.data?.public_key;
  if (!answer.ok || typeof key !== "string") {
    throw new Error(`${address} gave no key (status ${answer.status}): give it with --key, or set VAULT_TOKEN`);
  }
  return key;
};

const report = (file: string, verdict: Verdict): void => {
  if (!verdict.ok) {
    say(`${file}:${verdict.line}: this line ${verdict.what}`);
    process.exitCode = 1;
    return;
  }
  const { writers, others } = verdict;
  const lines = writers.reduce((sum, writer) => sum + writer.lines, 0);
  say(`${file}: ${lines} lines of ${writers.length} writers, nothing changed, removed, inserted or moved`);
  if (others > 0) say(`${others} lines are not audit lines and were not checked`);
  for (const { writer, unsigned } of writers) {
    if (unsigned > 0) say(`writer ${writer}: its last ${unsigned} lines are not yet vouched for by a checkpoint`);
  }
};

const verify = async (flags: Flags): Promise<void> => {
  const keys =
    flags.key.length > 0 ? await Promise.all(flags.key.map((path) => readFile(path, "utf8"))) : [await servedKey()];
  const { continued, mixed } = flags;
  report(flags.file, verifyAudit(linesOf(await readFile(flags.file, "utf8")), keys, { continued, mixed }));
};

const expand = async ({ file }: { readonly file?: string }): Promise<void> => {
  const log = file === undefined ? await text(process.stdin) : await readFile(file, "utf8");
  const { lines, others, alone } = expandAudit(linesOf(log));
  // One write: a pipe that is closed early ends the command once.
  if (lines.length > 0) say(lines.join("\n"));
  if (others > 0) process.stderr.write(`${others} lines are not audit lines and were left out\n`);
  if (alone > 0) process.stderr.write(`${alone} responses lack their request's line, which is not in this log\n`);
};

const collect = (path: string, before: readonly string[]): readonly string[] => [...before, path];

export const auditCommand = (): Command =>
  new Command("audit")
    .description("the audit log")
    .addCommand(
      new Command("verify")
        .description(
          "check that no line was changed, removed, inserted or moved; exits with 1 and names the line if one was",
        )
        .requiredOption("--file <path>", "the log")
        .option("--key <path>", "public key in PEM, as sys/audit-key shows it; may be repeated", collect, [])
        .option("--continued", "the log begins in the middle, as a rotated one does", false)
        .option("--mixed", "allow other lines in between, as in a function's log", false)
        .action(verify),
    )
    .addCommand(
      new Command("expand")
        .description("print the built-in log in Vault's format, without checkpoints and chain")
        .option("--file <path>", "the log; otherwise standard input")
        .action(expand),
    );
