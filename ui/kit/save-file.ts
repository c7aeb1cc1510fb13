/** Saves text as a file, by the browser's own download; nothing leaves the machine. */

/**
 * A browser may begin to read it long after the click (Safari, or one that asks where to save it), and nothing tells when
 * it has. FileSaver.js waits as long. When the page goes, the browser lets go of it at once.
 */
const READ_WITHIN_MS = 40_000;

/** A name that no file system takes for a path. */
const plain = (name: string): string => name.replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]/gu, "_").replace(/^\.+/, "") || "file";

export const saveFile = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = plain(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_WITHIN_MS);
};
