import { isLasting, type UiFile, type UiFiles } from "./files.ts";
import { FOREVER, NEVER_KEPT, PAGE_HEADERS } from "./headers.ts";

/**
 * The files of the web page as answers: a path in, status, headers and bytes out. The deployed function and the local
 * server both call it. It knows no secret, asks nobody, and answers from the map it is given and nothing else: a path is
 * a name to look up, never one to open.
 */

export interface UiRequest {
  /** As sent: `GET`, `HEAD` … */
  readonly method: string;
  /** Decoded or not: no answer depends on it. Starts with `/`. */
  readonly path: string;
  /** The header `Accept-Encoding`; absent: `""`. */
  readonly acceptEncoding: string;
}

export interface UiAnswer {
  readonly status: 200 | 302 | 404 | 405;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const BASE = "/ui/";
const DOCUMENT = "index.html";

const NOTHING = new Uint8Array(0);

const answer = (
  status: UiAnswer["status"],
  headers: Readonly<Record<string, string>>,
  body: Uint8Array = NOTHING,
): UiAnswer => ({ status, headers: { ...PAGE_HEADERS, "cache-control": NEVER_KEPT, ...headers }, body });

const plain = (status: 404 | 405, text: string, headers: Readonly<Record<string, string>> = {}): UiAnswer =>
  answer(status, { "content-type": "text/plain; charset=utf-8", ...headers }, new TextEncoder().encode(text));

/** Whether a header `Accept-Encoding` takes an encoding: named, or by `*`, and not with `q=0`. */
const takes = (acceptEncoding: string, encoding: string): boolean => {
  const weights = new Map(
    acceptEncoding.split(",").map((part): [string, boolean] => {
      const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
      return [name, !parameters.some((text) => /^q=0(\.0*)?$/.test(text))];
    }),
  );
  return weights.get(encoding) ?? weights.get("*") ?? false;
};

const ENCODINGS = ["br", "gzip"] as const;

const served = (file: UiFile, acceptEncoding: string): UiAnswer => {
  const encoding = ENCODINGS.find((name) => file[name] !== undefined && takes(acceptEncoding, name));
  return answer(
    200,
    {
      "content-type": file.contentType,
      "cache-control": file.lasting ? FOREVER : NEVER_KEPT,
      vary: "accept-encoding",
      ...(encoding && { "content-encoding": encoding }),
    },
    (encoding && file[encoding]) ?? file.plain,
  );
};

/**
 * Which file answers a path below `/ui/`; `undefined`: none.
 *
 * An address of a page must never be 404, and the names of secrets in it may hold dots (`browse/secret/app.json`), so
 * an ending says nothing. The first segment does: `assets` has the files, no page's name has a dot, and everything
 * else is the document, which tells people about addresses that no page has.
 */
const fileOf = (below: string, files: UiFiles): UiFile | undefined => {
  const known = files.get(below);
  if (known) return known;
  const [first = ""] = below.split("/", 1);
  return isLasting(below) || first.includes(".") ? undefined : files.get(DOCUMENT);
};

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

/** What belongs to the page: `/ui` and everything below, and `GET /`. The gateway has these routes. */
export const isUi = ({ method, path }: Pick<UiRequest, "method" | "path">): boolean =>
  path === "/" ? method === "GET" : path === "/ui" || path.startsWith(BASE);

/** Whether a path is answered with the document. */
export const isDocument = (path: string, files: UiFiles): boolean =>
  path.startsWith(BASE) && fileOf(path.slice(BASE.length), files) === files.get(DOCUMENT);

const answerTo = ({ path, acceptEncoding }: UiRequest, files: UiFiles): UiAnswer => {
  if (!path.startsWith(BASE)) return answer(302, { location: BASE });
  const file = fileOf(path.slice(BASE.length), files);
  return file ? served(file, acceptEncoding) : plain(404, "There is no such file.\n");
};

/** Answers a request for which `isUi` holds. */
export const serveUi = (request: UiRequest, files: UiFiles): UiAnswer => {
  if (!isRead(request.method)) return plain(405, "Only GET and HEAD.\n", { allow: "GET, HEAD" });
  const full = answerTo(request, files);
  return request.method === "HEAD" ? { ...full, body: NOTHING } : full;
};
