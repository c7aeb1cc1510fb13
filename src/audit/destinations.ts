import { type Chain, type ChainOptions, createChain } from "./chain.ts";
import { DISCARD, fileOf, modeOf, STDOUT } from "./device-options.ts";
import type { AuditSink, OpenAuditFile } from "./sink.ts";
import type { AuditDevice } from "./types.ts";

/**
 * Which sink a device writes to, and the chain of each. Devices that share a destination share its chain, so that the
 * log can be verified in place. Without a file system every device writes to the standard sink; its lines say
 * whose they are.
 */

export interface Destination {
  readonly sink: AuditSink;
  readonly chain: Chain;
}

export interface Destinations {
  /** The built-in device's. */
  readonly standard: Destination;
  /** `undefined`: the device keeps nothing. Throws where its file cannot be opened. */
  of(device: Pick<AuditDevice, "options">): Promise<Destination | undefined>;
  /** Closes the run of every chain. */
  flush(): Promise<void>;
}

export const createDestinations = (
  standard: AuditSink,
  openFile: OpenAuditFile | undefined,
  chainOptions: Omit<ChainOptions, "sink">,
): Destinations => {
  const at = (sink: AuditSink): Destination => ({ sink, chain: createChain({ ...chainOptions, sink }) });
  const first = at(standard);
  const files = new Map<string, Promise<Destination>>();

  const file = (path: string, mode: number, open: OpenAuditFile): Promise<Destination> => {
    const known = files.get(path) ?? open(path, mode).then(at);
    files.set(path, known);
    // Opened again with the next line: the disk may be back.
    known.catch(() => files.delete(path));
    return known;
  };

  return {
    standard: first,
    of: async ({ options }) => {
      const path = fileOf(options) || STDOUT;
      if (path === DISCARD) return undefined;
      return path === STDOUT || !openFile ? first : file(path, modeOf(options), openFile);
    },
    flush: async () => {
      const opened = await Promise.allSettled(files.values());
      const chains = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value.chain] : []));
      await Promise.all([first.chain, ...chains].map((chain) => chain.close()));
    },
  };
};
