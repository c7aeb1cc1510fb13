import { bytesOfText, textOfBytes, unrunnable } from "../../../go-template/index.ts";

/** URLs in their parts, as Go's `net/url` reads and writes them. */

export interface Url {
  readonly scheme: string;
  readonly opaque: string;
  /** Escaped, as it is written. Absent: there is none. */
  readonly userinfo?: string | undefined;
  /** With the port, unescaped. */
  readonly host: string;
  readonly path: string;
  /** After the `?`, as it is. */
  readonly query: string;
  readonly forceQuery?: boolean;
  readonly fragment: string;
}

const wrong = (what: string): never => unrunnable(`unable to parse url: ${what}`);

const unescaped = (text: string): string => {
  if (!text.includes("%")) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return wrong("invalid URL escape");
  const bytes = bytesOfText(text).toString("latin1");
  return textOfBytes(
    Buffer.from(
      bytes.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      "latin1",
    ),
  );
};

type Place = "path" | "user" | "host" | "fragment";

/** What stands unescaped besides letters, digits and `-_.~`. */
const UNESCAPED: Readonly<Record<Place, string>> = {
  path: "$&+,/:;=@",
  user: "$&+,;=",
  host: "!$&'()*+,;=:[]<>\"",
  fragment: "$&+,/:;=?@!()*",
};

const escapedFor = (text: string, place: Place): string =>
  [...bytesOfText(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      if (/[A-Za-z0-9\-_.~]/.test(char) || UNESCAPED[place].includes(char)) return char;
      return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

const schemeOf = (text: string): readonly [string, string] => {
  const found = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  if (found) return [(found[1] ?? "").toLowerCase(), text.slice(found[0].length)];
  return text.startsWith(":") ? wrong("missing protocol scheme") : ["", text];
};

const userOf = (text: string): string => {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) return wrong("invalid userinfo");
  const colon = text.indexOf(":");
  const name = escapedFor(unescaped(colon < 0 ? text : text.slice(0, colon)), "user");
  return colon < 0 ? name : `${name}:${escapedFor(unescaped(text.slice(colon + 1)), "user")}`;
};

const hostOf = (text: string): string => {
  const isBracketed = text.startsWith("[");
  if (isBracketed && !text.includes("]")) return wrong("missing ']' in host");
  const colon = text.lastIndexOf(":");
  const port = isBracketed ? text.slice(text.lastIndexOf("]") + 1) : colon < 0 ? "" : text.slice(colon);
  if (!/^(?::\d*)?$/.test(port)) return wrong("invalid port");
  if (/[\x20"#/<>?@\\^`{|}]/.test(text.replace(/[<>"]/g, ""))) return wrong("invalid character in host name");
  return unescaped(text);
};

const authorityOf = (text: string): Pick<Url, "userinfo" | "host"> => {
  const at = text.lastIndexOf("@");
  return at < 0 ? { host: hostOf(text) } : { userinfo: userOf(text.slice(0, at)), host: hostOf(text.slice(at + 1)) };
};

export const hostname = (host: string): string => {
  if (host.startsWith("[")) return host.slice(1, host.indexOf("]"));
  const colon = host.lastIndexOf(":");
  return colon < 0 ? host : host.slice(0, colon);
};

const queryOf = (text: string): readonly [string, string, boolean] => {
  const at = text.indexOf("?");
  if (at < 0) return [text, "", false];
  return [text.slice(0, at), text.slice(at + 1), at === text.length - 1];
};

export const parseUrl = (text: string): Url => {
  if (/(?=\p{Cc})[^\x80-\x9f]/u.test(text)) return wrong("invalid control character in URL");
  const hash = text.indexOf("#");
  const fragment = hash < 0 ? "" : unescaped(text.slice(hash + 1));
  const [scheme, behind] = schemeOf(hash < 0 ? text : text.slice(0, hash));
  const [rest, query, forceQuery] = queryOf(behind);
  const common = { scheme, query, forceQuery, fragment };
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...common, opaque: rest, host: "", path: "" };
    if (/^[^/]*:/.test(rest)) return wrong("first path segment in URL cannot contain colon");
  }
  if (!rest.startsWith("//") || (scheme === "" && rest.startsWith("///")))
    return { ...common, opaque: "", host: "", path: unescaped(rest) };
  const slash = rest.indexOf("/", 2);
  const authority = authorityOf(slash < 0 ? rest.slice(2) : rest.slice(2, slash));
  return { ...common, ...authority, opaque: "", path: slash < 0 ? "" : unescaped(rest.slice(slash)) };
};

const pathText = ({ path, host }: Url, isFirst: boolean): string => {
  const escaped = path === "*" ? path : escapedFor(path, "path");
  if (path !== "" && !path.startsWith("/") && host !== "") return `/${escaped}`;
  return isFirst && /^[^/]*:/.test(escaped) ? `./${escaped}` : escaped;
};

export const urlText = (url: Url): string => {
  const scheme = url.scheme === "" ? "" : `${url.scheme}:`;
  const tail =
    (url.forceQuery || url.query !== "" ? `?${url.query}` : "") +
    (url.fragment && `#${escapedFor(url.fragment, "fragment")}`);
  if (url.opaque !== "") return scheme + url.opaque + tail;
  const hasHost = url.host !== "" || url.userinfo !== undefined;
  const slashes = hasHost || (scheme !== "" && url.path !== "") ? "//" : "";
  const user = url.userinfo === undefined ? "" : `${url.userinfo}@`;
  const before = scheme + slashes + user + escapedFor(url.host, "host");
  return before + pathText(url, before === "") + tail;
};
