import { bareHost } from "../../../outgoing/index.ts";
import { shown } from "../../../std/shown.ts";

/** The URLs of a configuration, as they are dialled. Pure. */

export interface Place {
  /** As the operator wrote it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** `ldaps`: encrypted from the first byte. */
  readonly secure: boolean;
}

const PORTS: Readonly<Record<string, number>> = { "ldap:": 389, "ldaps:": 636 };

/** Where a URL leads, or a text for people that says why it leads nowhere. */
export const placeOf = (url: string): Place | string => {
  if (!URL.canParse(url)) return `error parsing url ${shown(url)}`;
  const { protocol, hostname, port } = new URL(url);
  const usual = PORTS[protocol];
  if (usual === undefined) return `invalid LDAP scheme in url ${shown(url)}`;
  const host = bareHost(hostname);
  if (host === "") return `error parsing url ${shown(url)}`;
  return { url, host, port: port === "" ? usual : Number(port), secure: protocol === "ldaps:" };
};

/** The URLs in their order. */
export const urlsOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((url) => url.trim())
    .filter((url) => url !== "");
