/** The built files of the page, in memory. */

export interface UiFile {
  readonly contentType: string;
  /** Its name has a hash of its content, so it may be kept for good. */
  readonly lasting: boolean;
  readonly plain: Uint8Array;
  /** Compressed beforehand; absent: not. */
  readonly br?: Uint8Array | undefined;
  readonly gzip?: Uint8Array | undefined;
}

/** By name below `/ui/`: `index.html`, `assets/main-XXXXXXXX.js`. */
export type UiFiles = Pick<ReadonlyMap<string, UiFile>, "get">;

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  json: "application/json",
};

const contentTypeOf = (name: string): string => {
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
  if (type === undefined) throw new Error(`the page has no files such as ${name}`);
  return type;
};

/** Whether the build put a hash into the name. No page has an address below this folder. */
export const isLasting = (name: string): boolean => name.startsWith("assets/");

/** A file by its name and bytes. Throws for an ending that the page has no files of. */
export const uiFile = (name: string, bytes: Pick<UiFile, "plain" | "br" | "gzip">): UiFile => ({
  contentType: contentTypeOf(name),
  lasting: isLasting(name),
  ...bytes,
});
