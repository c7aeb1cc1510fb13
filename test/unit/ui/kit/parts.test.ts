import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";

const FOLDER = "ui/kit";
const MOST_LINES = 80;

it("a part of the kit is a file of at most 80 lines", () => {
  const long = readdirSync(FOLDER)
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${name}: ${readFileSync(join(FOLDER, name), "utf8").trimEnd().split("\n").length}`)
    .filter((line) => Number(line.split(": ")[1]) > MOST_LINES);

  expect(long).toEqual([]);
});
