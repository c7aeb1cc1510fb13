import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type UiFile, type UiFiles, uiFile } from "./files.ts";

/**
 * Reads what `npm run build` wrote: `manifest.json` with the names, and each file as it is, with `.br` and with `.gz`.
 * Only names of the manifest are ever opened.
 */

interface Manifest {
  readonly files: readonly string[];
}

const isManifest = (value: unknown): value is Manifest =>
  typeof value === "object" &&
  value !== null &&
  "files" in value &&
  Array.isArray(value.files) &&
  value.files.every((name) => typeof name === "string");

const read = (folder: string, name: string): UiFile => {
  const bytes = (ending: string): Uint8Array => readFileSync(join(folder, `${name}${ending}`));
  return uiFile(name, { plain: bytes(""), br: bytes(".br"), gzip: bytes(".gz") });
};

/** A file is read when it is first asked for. Throws when the folder was not built. */
export const readUiFolder = (folder: string): UiFiles => {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  if (!isManifest(manifest)) throw new Error(`${folder} holds no built page`);
  const names = new Set(manifest.files);
  const kept = new Map<string, UiFile>();
  return {
    get: (name) => {
      if (!names.has(name)) return undefined;
      const file = kept.get(name) ?? read(folder, name);
      kept.set(name, file);
      return file;
    },
  };
};
