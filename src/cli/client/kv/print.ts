import type { Answer } from "../../../client/index.ts";
import { isJsonObject } from "../../../std/json.ts";
import { heading } from "../go-text.ts";
import { fieldRows, keyTable, printAnswer, printField, printWarnings, titleOf } from "../output.ts";
import type { Session } from "../session.ts";

/** A secret of KV version 2 in tables: where it is, its metadata, its data. */
export const printVersioned = async (session: Session, path: string, answer: Answer): Promise<void> => {
  const { console, wanted } = session;
  const data = answer.secret?.data;
  if (wanted.format !== "table" || wanted.field !== undefined || !isJsonObject(data))
    return printAnswer(console, wanted, answer);
  printWarnings(console, answer);
  const isVersion = "metadata" in data || "data" in data;
  const metadata = isVersion ? data["metadata"] : data;
  const parts = [`${heading("Secret Path", path.length)}\n${path}\n`];
  if (isJsonObject(metadata)) parts.push(`${titleOf("Metadata", metadata)}\n${keyTable(fieldRows(metadata))}`);
  const fields = isVersion ? data["data"] : undefined;
  if (isJsonObject(fields)) parts.push(`${titleOf("Data", fields)}\n${keyTable(fieldRows(fields))}`);
  console.out(parts.join("\n"));
};

/** A field of the secret itself: of its data, not of the envelope around data and metadata. */
export const printSecretField = async (session: Session, answer: Answer): Promise<void> => {
  const data = answer.secret?.data;
  const fields = isJsonObject(data) && isJsonObject(data["data"]) ? data["data"] : {};
  await printField(session.console, session.wanted, { data: fields });
};
