import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject, JsonValue } from "../../../../../src/std/json.ts";
import { createMount, type Told, type UseMount } from "./support/mount.ts";

/** Hundreds of requests and what OpenBao answered: its texts, and its statuses but for 500, which is 400 here. */

interface Recorded {
  readonly keys: Readonly<Record<string, JsonObject>>;
  readonly saves: readonly (readonly [name: string, path: string, body: JsonObject, field: string])[];
  readonly answers: readonly (readonly [path: string, body: JsonObject, want: Told])[];
}

const recorded: Recorded = JSON.parse(
  readFileSync(new URL("../../../../vectors/transit/answers.json", import.meta.url), "utf8"),
);

const saved = new Map<string, string>();
let mount: UseMount;

const fillText = (text: string): string => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => saved.get(name) ?? "");
const fill = (value: JsonValue): JsonValue => {
  if (typeof value === "string") return fillText(value);
  if (Array.isArray(value)) return value.map(fill);
  return typeof value === "object" && value !== null ? filled(value as JsonObject) : value;
};
const filled = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).map(([name, item]) => [name, fill(item)]));

/** Whether an answer is as wanted; `*` is any text. */
const same = (wanted: unknown, got: unknown): boolean => {
  if (wanted === "*") return typeof got === "string" && got !== "";
  if (typeof wanted !== "object" || wanted === null) return wanted === got;
  if (typeof got !== "object" || got === null) return false;
  const names = new Set([...Object.keys(wanted), ...Object.keys(got)]);
  return [...names].every((name) => same(Reflect.get(wanted, name), Reflect.get(got, name)));
};

const VERSIONS: Readonly<Record<string, JsonObject>> = {
  old: { min_decryption_version: 3 },
  min: { min_encryption_version: 3 },
  trim: { min_decryption_version: 3, min_encryption_version: 3 },
  olded: { min_decryption_version: 3 },
};

beforeAll(async () => {
  mount = createMount();
  for (const [name, options] of Object.entries(recorded.keys)) await mount.data(`keys/${name}`, options);
  for (const [name, config] of Object.entries(VERSIONS)) {
    await mount.data(`keys/${name}`, name === "olded" ? { type: "ed25519" } : {});
    for (let n = 0; n < 3; n++) await mount.data(`keys/${name}/rotate`);
    await mount.data(`keys/${name}/config`, config);
  }
  await mount.data("keys/trim/trim", { min_available_version: 2 });
  for (const [name, path, body, field] of recorded.saves) {
    saved.set(name, (await mount.data(path, filled(body)))[field]);
  }
});

describe("answers of the reference", () => {
  const operation = (path: string): string => path.split("/")[0] ?? "";
  const operations = [...new Set(recorded.answers.map(([path]) => operation(path)))];

  it.each(operations)("%s", async (name) => {
    const wrong: string[] = [];
    for (const [path, body, recordedWant] of recorded.answers) {
      if (operation(path) !== name) continue;
      const asked = `${path} ${JSON.stringify(body)}`;
      const status = recordedWant.status === 500 ? 400 : recordedWant.status;
      const want = { ...recordedWant, status };
      const got = await mount.post(path, filled(body));
      if (!same(want, got)) {
        wrong.push(`${asked}\n  wanted ${JSON.stringify(want)}\n  got    ${JSON.stringify(got)}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });
});
