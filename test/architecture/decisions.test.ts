import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

const ROOT = new URL("../../", import.meta.url);
/** Where a path is canonical already, or made so. */
const MAY = /^src\/(policy|core\/request)\//;

const sources = (): readonly string[] =>
  readdirSync(new URL("src/", ROOT), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `src/${file}`);

const asks = (file: string): boolean =>
  [...readFileSync(new URL(file, ROOT), "utf8").matchAll(/import \{([^}]*)\} from "[^"]*policy\/[^"]*"/g)].some(
    ([, names = ""]) => names.split(",").some((name) => /^(decide|capabilitiesOf|explain)$/.test(name.trim())),
  );

describe("questions to the policy", () => {
  it("are put by the request's own stages, so that every path asked about is canonical", () => {
    const files = sources();
    expect(files.filter((file) => asks(file) && !MAY.test(file))).toEqual([]);
    expect(files.filter(asks).length).toBeGreaterThan(1);
  });
});
