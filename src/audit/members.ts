import type { Style } from "./style.ts";

/** JSON text put together member by member: what a line consists of, without an object that is only made to be written. */

const EMPTY: ReadonlySet<string> = new Set(['""', "0", "false", "null", "{}", "[]"]);

/** A member, whatever its value; `text` is JSON. */
export const put = (name: string, text: string): string => `,"${name}":${text}`;

/** The same; nothing where the value is missing or empty, as in Vault's lines. */
export const member = (name: string, text: string | undefined): string =>
  text === undefined || (text.length < 6 && EMPTY.has(text)) ? "" : put(name, text);

/** The name of a member that a caller chose, as JSON. */
export const key = (name: string): string => JSON.stringify(name);

/** An object of such members; `undefined`: it has none. */
export const block = (members: string): string | undefined => (members === "" ? undefined : `{${members.slice(1)}}`);

export const list = (values: readonly string[], style: Style): string => `[${values.map(style.text).join(",")}]`;
