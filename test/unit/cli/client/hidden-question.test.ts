import { PassThrough } from "node:stream";
import { expect, test } from "@jest/globals";
import { askHidden, type Keyboard } from "../../../../src/cli/client/hidden-question.ts";

const terminal = (isTTY = true) => {
  const modes: boolean[] = [];
  const keys = new PassThrough();
  const screen = new PassThrough();
  const input: Keyboard = Object.assign(keys, { isTTY, setRawMode: (raw: boolean) => modes.push(raw) });
  return { modes, keys, input, screen, shown: () => String(screen.read() ?? "") };
};

test.each([
  ["secret\r", "secret"],
  ["secret\nrest", "secret"],
  ["sex\u007fcret\r", "secret"],
  ["\u007f\bsecret\u0004", "secret"],
  ["pässwörd €\r", "pässwörd €"],
  ["\r", ""],
])("what is typed is the answer, and is not shown: %j", async (typed, answer) => {
  const { modes, keys, input, screen, shown } = terminal();
  const asked = askHidden(input, screen, "Password: ");
  for (const key of typed) keys.write(key);
  expect(await asked).toBe(answer);
  expect(shown()).toBe("Password: \n");
  expect(modes).toEqual([true, false]);
});

test("an interrupt is not an answer, and the terminal is as it was", async () => {
  const { modes, keys, input, screen } = terminal();
  const asked = askHidden(input, screen, "Password: ");
  keys.write("half\u0003");
  await expect(asked).rejects.toThrow("interrupted");
  expect(modes).toEqual([true, false]);
});

test("nothing is asked where nobody can answer", async () => {
  const { input, screen, shown } = terminal(false);
  expect(await askHidden(input, screen, "Password: ")).toBeUndefined();
  expect(shown()).toBe("");
});
