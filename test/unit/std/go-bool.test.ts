import { expect, test } from "@jest/globals";
import { parseGoBool } from "../../../src/std/go-bool.ts";

test.each([
  [["1", "t", "T", "TRUE", "true", "True"], true],
  [["0", "f", "F", "FALSE", "false", "False"], false],
  [["", "yes", "on", "2", "tRUE", " true", "toString"], undefined],
])("%j: %s, as Go reads it", (texts, value) => {
  expect(texts.map(parseGoBool)).toEqual(texts.map(() => value));
});
