import { describe, expect, it } from "@jest/globals";
import { createVerbRewriter, sentMethod } from "../../../src/std/verbs.ts";

/** The stream as the parser gets it, when it arrives in pieces of a size. */
const through = (text: string, size = text.length): string => {
  const rewriter = createVerbRewriter();
  const bytes = Buffer.from(text, "latin1");
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += Math.max(1, size)) out.push(rewriter.push(bytes.subarray(at, at + size)));
  return Buffer.concat([...out, rewriter.flush()]).toString("latin1");
};

const head = (method: string, ...headers: string[]) =>
  [`${method} /v1/a HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n");

describe("the methods the parser lacks", () => {
  it.each([
    ["LIST", "LINK"],
    ["SCAN", "MOVE"],
    ["MOVE", "LOCK"],
    ["HELP", "BIND"],
    ["LINK", "LOCK"],
    ["BIND", "LOCK"],
  ])("%s reaches it as %s", (method, wanted) => expect(through(head(method))).toBe(head(wanted)));
  it.each(["GET", "LISTS", "LIS", "list", "LOCK", "HELPER"])("%s stays", (method) =>
    expect(through(head(method))).toBe(head(method)),
  );
  it("come back as they were sent", () =>
    expect(["LINK", "BIND", "GET", "LOCK", "__proto__"].map(sentMethod)).toEqual([
      "LIST",
      "HELP",
      "GET",
      "LOCK",
      "__proto__",
    ]));
});

describe("a connection with several requests", () => {
  const body = 'LIST /v1/x HTTP/1.1\r\n\r\nLIST "';
  const pieces = [
    head("LIST"),
    head("POST", `Content-Length: ${body.length}`) + body,
    head("HELP"),
    `\r\n${head("PUT", "Transfer-Encoding: chunked")}19;x=y\r\n${"LIST /v1/x HTTP/1.1\r\n\r\n\r\n"}\r\n0\r\nLIST: trailer\r\n\r\n`,
    head("LIST"),
  ];
  const whole = pieces.join("");
  const wanted = whole
    .replace(/^LIST/, "LINK")
    .replace("HELP ", "BIND ")
    .replace(/LIST(?= \/v1\/a HTTP\/1\.1\r\nHost: x\r\n\r\n$)/, "LINK");
  it.each([whole.length, 1, 2, 3, 4, 5, 7, 64])(
    "has its methods rewritten and its bodies kept, in pieces of %d",
    (size) => expect(through(whole, size)).toBe(wanted),
  );
});

describe("a head out of the ordinary", () => {
  const next = head("LIST");
  it.each([
    ["both lengths", head("POST", "Content-Length: 3", "Transfer-Encoding: chunked")],
    ["two lengths", head("POST", "Content-Length: 3", "Content-Length: 3")],
    ["a negative length", head("POST", "Content-Length: -1")],
    ["another encoding", head("POST", "Transfer-Encoding: gzip, chunked")],
    ["a folded line", head("GET", "X: a", " b")],
    ["a header without a colon", head("GET", "nonsense")],
    ["blanks before the colon", head("POST", "Content-Length : 3")],
    ["bare line feeds", "GET /v1/a HTTP/1.1\nHost: x\n\n\r\n\r\n"],
    ["an upgrade", head("GET", "Upgrade: websocket")],
    ["a broken chunk size", `${head("POST", "Transfer-Encoding: chunked")}zz\r\n`],
    ["another protocol", "PRI * HTTP/2.0\r\n\r\n"],
  ])("ends the rewriting: %s", (_, odd) => expect(through(odd + next)).toBe(odd + next));
});
