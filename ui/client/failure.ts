import type { ApiRequest } from "../protocol.ts";
import { hrefOf } from "../routes.ts";
import type { Failure } from "./api.ts";
import { kvPathOf, parentOf } from "./kv.ts";
import { mountServing } from "./mount-serving.ts";
import type { MountShown } from "./session.ts";

/** What a failure means for a page, without any words of it. */

export interface FieldErrors {
  /** By the name of the field, as the API has it. */
  readonly fields: Readonly<Record<string, string>>;
  /** What names no field. */
  readonly rest: readonly string[];
}

/** The server's wrapping of a message about a field, and the field again. */
const WRAPPED = /^(?:Field validation failed: )?error converting input for field "?([^":]+)"?: (.*)$/s;

const fieldNamed = (text: string, names: readonly string[]): string | undefined => {
  const words = new Set(text.toLowerCase().match(/[a-z0-9_-]+/g) ?? []);
  return names.find((name) => words.has(name.toLowerCase()));
};

/** Sorts the errors of a 400 to the fields that they name, longest name first; the form shows them there. */
export const fieldErrors = ({ errors }: Pick<Failure, "errors">, names: readonly string[]): FieldErrors => {
  const longest = [...names].sort((a, b) => b.length - a.length);
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const error of errors) {
    const [, wrapped, inner] = WRAPPED.exec(error) ?? [];
    const text = inner ?? error;
    const name = wrapped === undefined ? fieldNamed(text, longest) : names.find((one) => one === wrapped);
    if (name === undefined) rest.push(error);
    else fields[name] = fields[name] === undefined ? text : `${fields[name]}; ${text}`;
  }
  return { fields, rest };
};

export interface Parent {
  readonly href: string;
  readonly path: string;
}

const secretPath = (path: string, mounts: readonly MountShown[]): { mount: string; path: string } | undefined => {
  const at = kvPathOf(mounts, path);
  if (!at) return undefined;
  const inside = at.version === 2 ? at.path.replace(/^[^/]*\/?/, "") : at.path;
  return { mount: at.mount, path: inside };
};

/** Where to go from something that is not there: the folder of a secret, the page of policies and so on. */
export const parentOfMissing = (path: string, mounts: readonly MountShown[]): Parent => {
  const secret = secretPath(path, mounts);
  if (secret) {
    const folder = secret.mount + parentOf(secret.path);
    return { href: hrefOf("browse", folder), path: folder };
  }
  if (/^sys\/polic/.test(path)) return { href: hrefOf("policies"), path: "sys/policies/acl/" };
  if (/^(auth|identity)\//.test(path)) return { href: hrefOf("access"), path: path.split("/").slice(0, 2).join("/") };
  const mount = mountServing(mounts, path);
  return { href: hrefOf("home"), path: mount?.path ?? "" };
};

/** What is asked for, as people and the command line name it: without `data/` and the like. */
export const shownPath = (path: string, mounts: readonly MountShown[]): string => {
  const secret = secretPath(path, mounts);
  return secret ? secret.mount + secret.path : path;
};

/** Reading again changes nothing, so it needs no click. */
export const repeatable = ({ method, as }: ApiRequest): boolean => method === "GET" && as === undefined;

/** Names of the fields of a body; of a read, of its query. Never a value. */
export const fieldNames = ({ method, body, query }: ApiRequest): readonly string[] => {
  if (method === "GET") return Object.keys(query ?? {}).filter((name) => name !== "list");
  if (body === undefined) return [];
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === "object" && parsed !== null ? Object.keys(parsed) : [];
};
