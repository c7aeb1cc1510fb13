import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { bytesOfText } from "../../../../src/go-template/index.ts";
import { parseJson } from "../../../../src/std/json.ts";
import { render, type World } from "./world.ts";

/** Files as agents write them: environment files, properties, certificates; `record.go` had consul-template write each. */
const folder = "test/vectors/agent-templates/";
const world = parseJson(readFileSync(`${folder}world.json`, "utf8")) as unknown as World;
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".tmpl"))
  .map((name) => name.replace(".tmpl", ""));

describe("templates of real files", () => {
  it("are sixty and more", () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it.each(names)("%s", async (name) => {
    const made = await render(readFileSync(`${folder}${name}.tmpl`, "utf8"), world);
    expect(bytesOfText(made).toString("latin1")).toBe(readFileSync(`${folder}${name}.out`, "latin1"));
  });
});
