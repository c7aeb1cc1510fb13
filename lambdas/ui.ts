import { fileURLToPath } from "node:url";
import { readUiFolder } from "../src/ui-files/folder.ts";
import { serveUi } from "../src/ui-files/serve.ts";

/**
 * `ui`: the files of the web page, out of its own bundle. It runs neither core nor the SDK, has no right but its log,
 * and reads nothing of a request but method, path and `Accept-Encoding`.
 */

const files = readUiFolder(fileURLToPath(new URL("./files", import.meta.url)));

interface Event {
  readonly rawPath: string;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Payload 2.0 of the HTTP API, which writes names of headers in lower case. */
const isRequest = (event: unknown): event is Event => {
  const { rawPath, requestContext } = Object(event) as Partial<Event>;
  return typeof rawPath === "string" && typeof requestContext?.http?.method === "string";
};

interface Result {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

export const handler = async (event: unknown): Promise<Result> => {
  if (!isRequest(event)) return { statusCode: 400, headers: {}, body: "", isBase64Encoded: false };
  const { status, headers, body } = serveUi(
    {
      method: event.requestContext.http.method,
      path: event.rawPath,
      acceptEncoding: event.headers?.["accept-encoding"] ?? "",
    },
    files,
  );
  return { statusCode: status, headers, body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
};
