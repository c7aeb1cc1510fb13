/** A path without the slashes at its ends. */
export const trimSlashes = (path: string): string => {
  let [start, end] = [0, path.length];
  while (path[start] === "/") start += 1;
  while (end > start && path[end - 1] === "/") end -= 1;
  return path.slice(start, end);
};
