/** How the demonstration speaks: what is told is checked, and the first thing that is not as told ends it. */

export const chapter = (title: string): void => {
  process.stdout.write(`\n${title}\n`);
};

export const say = (text: string): void => {
  process.stdout.write(`  ${text}\n`);
};

/** Says what holds; throws when it does not. */
export const holds = (condition: boolean, text: string, found: unknown = ""): void => {
  if (!condition) throw new Error(`not as told: ${text} ${found === "" ? "" : JSON.stringify(found)}`);
  say(`✓ ${text}`);
};

/** Waits for something another program does in its own time; no longer than `seconds`. */
export const until = async (seconds: number, text: string, ask: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await ask()) return say(`✓ ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not as told within ${seconds} s: ${text}`);
};
