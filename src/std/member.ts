/** What a value that may be anything holds under a name; `undefined` where it is not an object or holds nothing there. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
