/** What a combobox suggests. */

const MOST = 50;

/** Options that hold what was typed, 50 at most. */
export const fitting = (options: readonly string[], typed: string): readonly string[] => {
  const wanted = typed.toLowerCase();
  return options.filter((option) => option !== typed && option.toLowerCase().includes(wanted)).slice(0, MOST);
};
