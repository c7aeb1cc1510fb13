import { func1, type GoMap, STRING, type TemplateFunction, typeName, unrunnable } from "../../../go-template/index.ts";
import { MAYBE_MAP } from "./casts.ts";
import { hostname, parseUrl, urlText } from "./url-parse.ts";

/** sprig's functions of URLs: a dictionary of their parts. */

const parse = (text: string): GoMap => {
  const url = parseUrl(text);
  return new Map(
    Object.entries({
      scheme: url.scheme,
      host: url.host,
      hostname: hostname(url.host),
      path: url.path,
      query: url.query,
      opaque: url.opaque,
      fragment: url.fragment,
      userinfo: url.userinfo ?? "",
    }),
  );
};

const join = (parts: GoMap): string => {
  const part = (name: string): string => {
    const value = parts.has(name) ? parts.get(name) : "";
    return typeof value === "string"
      ? value
      : unrunnable(`unable to parse ${name} key, must be of type string, but ${typeName(value)} found`);
  };
  const user = part("userinfo");
  return urlText({
    scheme: part("scheme"),
    host: part("host"),
    path: part("path"),
    query: part("query"),
    opaque: part("opaque"),
    fragment: part("fragment"),
    userinfo: user === "" ? undefined : parseUrl(`proto://${user}@host`).userinfo,
  });
};

export const URLS: Readonly<Record<string, TemplateFunction>> = {
  urlParse: func1(STRING, parse),
  urlJoin: func1(MAYBE_MAP, join),
};
