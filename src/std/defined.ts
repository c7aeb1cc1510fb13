/** `T`, where members that may be `undefined` are optional instead. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * Leaves out the members that are `undefined`: for wire and storage shapes, where a missing member and an undefined one
 * differ; their names are the program's own. What only our own code reads declares `x?: T | undefined` instead.
 */
export function defined<T extends object>(members: T): Defined<T>;
export function defined(members: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
