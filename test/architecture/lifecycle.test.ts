import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { filesOf, repository } from "./support/repository.ts";

/** `docs/lifecycle.md` walks a request from the event to the answer; here the walk is held against the pipeline. */

const page = readFileSync(join(repository, "docs/lifecycle.md"), "utf8");
const pipeline = readFileSync(join(repository, "src/core/request/pipeline.ts"), "utf8");

const table = page.slice(0, page.indexOf("\n## "));
const rows = [...table.matchAll(/^\| ([a-z]+) \| (.*?) \|/gm)]
  .map(([, step, where]) => ({ step: step ?? "", where: where ?? "" }))
  .filter(({ step }) => step !== "step");

/** The stages as the pipeline calls them, in order. */
const stages = [...pipeline.matchAll(/(?:await|return) ([a-z]+)\(core/g)].map(([, name]) => name ?? "");

describe("the walk of a request", () => {
  it("names every stage of the pipeline, in its order", () => {
    const steps = rows.map(({ step }) => step);

    expect(stages.length).toBeGreaterThan(6);
    expect(steps.filter((step) => stages.includes(step))).toEqual(stages);
  });

  it("begins at the event and ends at the answer", () => {
    expect(rows[0]?.step).toBe("event");
    expect(rows.at(-1)?.step).toBe("answer");
  });

  it("names files that exist", () => {
    const named = [...page.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, file]) => file ?? "");

    expect(named.filter((file) => !existsSync(join(repository, file)) && filesOf(file).length === 0)).toEqual([]);
  });
});
