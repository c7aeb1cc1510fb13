/** What a value that may be anything holds under a name; `undefined` where it is not an object or holds nothing there. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** The same, of the value's own: what it inherits is not there. For what others sent. */
export const ownMemberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
