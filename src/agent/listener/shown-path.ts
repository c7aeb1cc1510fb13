import { cut } from "../../std/shown.ts";

/** Tokens, also where somebody wrote one into a path; some old paths of Vault's have them there. */
const TOKEN = /(?:hv[sbr]|[sbr])\.[\w-]{8,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** A path as a log may show it: its beginning, without tokens, and without what would begin a line of its own. */
export const shownPath = (path: string): string => cut(path.replace(TOKEN, "[redacted]").replace(/[^\P{C}]/gu, "?"));
