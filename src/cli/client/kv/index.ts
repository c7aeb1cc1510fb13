import { type CommandGroup, runGroup } from "../command.ts";
import type { Console } from "../console.ts";
import { METADATA } from "./metadata.ts";
import { get, list, patch, put } from "./secrets.ts";
import { destroy, remove, rollback, undelete } from "./versions.ts";

/** `zeroth kv`: secrets of the KV engine, whose mount and version are asked of the server. */

const KV: CommandGroup = { get, put, patch, list, delete: remove, undelete, destroy, rollback };

export const runKv = (args: readonly string[], console?: Console): Promise<number> =>
  args[0] === "metadata"
    ? runGroup("kv metadata", METADATA, args.slice(1), console)
    : runGroup("kv", KV, args, console);
