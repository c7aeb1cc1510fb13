/** Where a key leads in a list of actions: arrows around its ends, letters to the next that begins so. */

interface Entry {
  readonly textContent: string | null;
}

export const targetOf = <T extends Entry>(all: readonly T[], at: number, key: string): T | undefined => {
  const letter = key.length === 1 ? key.toLowerCase() : undefined;
  const later = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  const found = letter && later.find((entry) => entry.textContent?.toLowerCase().startsWith(letter));
  return (
    { ArrowDown: all[at + 1] ?? all[0], ArrowUp: at < 0 ? all.at(-1) : all.at(at - 1), Home: all[0], End: all.at(-1) }[
      key
    ] ??
    (found || undefined)
  );
};
