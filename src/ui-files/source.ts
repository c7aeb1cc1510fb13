import type { UiFiles } from "./files.ts";
import { isUi, serveUi, type UiAnswer } from "./serve.ts";

/** Where a running server has the page from. */

export interface UiSource {
  /** The files to answer a request for `path` from. */
  filesFor(path: string): Promise<UiFiles>;
}

/** Whoever makes the page from its sources: not what is deployed. */
export interface UiBuilder {
  builtOnce(): Promise<UiSource>;
  /** For those who work on it; `tell` hears why it could not be built again. */
  builtAgain(tell: (fault: string) => void): Promise<UiSource>;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** The page before a handler of everything else. */
export const withUi =
  <R extends Request, A>(source: UiSource | undefined, handler: (request: R) => Promise<A>) =>
  async (request: R): Promise<A | UiAnswer> => {
    const { method, path, headers } = request;
    if (!source || !isUi(request)) return handler(request);
    const acceptEncoding = (headers["accept-encoding"] ?? []).join(",");
    return serveUi({ method, path, acceptEncoding }, await source.filesFor(path));
  };
