import { STATUS_CODES } from "node:http";
import { jsonResponse, STANDARD_HEADERS } from "./encode.ts";
import type { HttpResponse } from "./message.ts";

/** Answers to what never became a request, because the HTTP parser refused it. */

const errors = (...texts: readonly string[]) => ({ errors: texts });

/** By the parser's error code. */
export const refusalOf = (code: string | undefined): HttpResponse => {
  switch (code) {
    case "HPE_INVALID_METHOD":
      return jsonResponse(405, errors());
    case "HPE_HEADER_OVERFLOW":
      return jsonResponse(431, errors("request header fields too large"));
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return jsonResponse(413, errors("http: request body too large"));
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return jsonResponse(408, errors("request took too long"));
    default:
      return jsonResponse(400, errors("malformed HTTP request"));
  }
};

/** A response as bytes of HTTP/1.1, closing the connection. */
export const rawResponse = (response: HttpResponse): Uint8Array => {
  const headers = {
    ...STANDARD_HEADERS,
    ...response.headers,
    "content-length": String(response.body.length),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`, ...lines].join("\r\n");
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "latin1"), response.body]);
};
