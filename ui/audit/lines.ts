/** The text of a log as people have it in a file. */

/** Decompresses what is gzip, as exports are. A mark of the byte order stays: it is part of what was hashed. */
export const textOf = async (file: Blob): Promise<string> => {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  const stream = zipped ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  const bytes = await new Response(stream).arrayBuffer();
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
};
