import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expandAudit } from "../../src/audit/expand.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import type { Setting } from "./setting.ts";
import { chapter, holds } from "./story.ts";
import { must } from "./vault.ts";

/** The log of the whole story: it says why who was refused, keeps secrets out, and shows what was changed in it. */

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");

export const verifyTheLog = async (setting: Setting): Promise<void> => {
  chapter("The audit log");
  const { public_key: key } = (await must(setting.vault("GET", "sys/audit-key"))).data;
  await setting.local.server.core.audit.flush();
  const text = await readFile(setting.auditFile, "utf8");
  const lines = linesOf(text);
  holds(!text.includes("kv-secret-of-the-web-team"), `${lines.length} lines, and no secret in them`);
  const entries = expandAudit(lines).lines;
  const refusals = entries.filter((line) => line.includes('"path":"auth/aws/login"') && line.includes('"error"'));
  holds(
    refusals.length >= 4,
    `it says of ${refusals.length} refused logins why, more precisely than the callers were told`,
  );

  const verdict = verifyAudit(lines, [String(key)], {});
  holds(verdict.ok, "hash chain and signed checkpoints hold", verdict);

  const copy = join(setting.folder, "audit-copy.log");
  const changed = Math.floor(lines.length / 2);
  const forged = lines.map((line, at) => (at === changed ? line.replace(/"time":"20/, '"time":"19') : line));
  await writeFile(copy, `${forged.join("\n")}\n`);
  const found = verifyAudit(linesOf(await readFile(copy, "utf8")), [String(key)], {});
  holds(!found.ok && found.line === changed + 1, `one line of a copy is changed: line ${changed + 1} is named`, found);
};
