/** Comma lists as roles store them: items trimmed, empty ones and repetitions dropped, in the order given. */
export const commaItems = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  ),
];
