import { useLayoutEffect } from "preact/hooks";
import type { Answer, Failure } from "../../client/api.ts";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { secretIn } from "../../client/kv-answers.ts";
import { type KvMetadata, type KvVersionInfo, metadataFrom, shownVersionFrom } from "../../client/kv-metadata.ts";
import { noteOpened } from "../../client/lately.ts";
import { learnName } from "../../client/names.ts";
import { isObject } from "../../client/read-json.ts";
import { useCapabilities, useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { type ShownField, shownFields } from "./fields-of.ts";

/**
 * One secret, as far as the caller may see it: each part (values, history, names of fields) is asked for by itself, and
 * the page is made of those that came.
 */

export type Values =
  | { readonly is: "loading" }
  | { readonly is: "read"; readonly secret: string; readonly fields: readonly ShownField[] }
  /** 404 with the version's metadata: deleted or destroyed. */
  | { readonly is: "gone" }
  | { readonly is: "missing" }
  | { readonly is: "failed"; readonly failure: Failure };

export interface Version extends KvVersionInfo {
  readonly custom: ReadonlyMap<string, string>;
}

const valuesIn = (at: KvPath, answer: Answer | undefined): Values => {
  if (!answer) return { is: "loading" };
  if (answer.ok) {
    const secret = secretIn(at.version, answer.text) ?? "null";
    return { is: "read", secret, fields: shownFields(secret) };
  }
  if (answer.kind !== "not-found") return { is: "failed", failure: answer };
  return shownVersionFrom(answer.data) ? { is: "gone" } : { is: "missing" };
};

/** Names of fields, with the names inside of each. */
export interface FieldName {
  readonly name: string;
  readonly inner: readonly string[];
}

const namesIn = (answer: Answer | undefined): readonly FieldName[] | undefined => {
  if (!answer?.ok) return undefined;
  const { subkeys } = answer.data;
  if (!isObject(subkeys)) return [];
  return Object.entries(subkeys).map(([name, inner]) => ({ name, inner: isObject(inner) ? Object.keys(inner) : [] }));
};

export interface SecretRights {
  readonly edit: boolean;
  readonly share: boolean;
  readonly restore: boolean;
  readonly delete: boolean;
  /** Only `DELETE data/`, which takes the latest version. */
  readonly deleteLatest: boolean;
  readonly undelete: boolean;
  readonly destroy: boolean;
  readonly settings: boolean;
  readonly removeAll: boolean;
}

const NO_RIGHTS: SecretRights = {
  edit: false,
  share: false,
  restore: false,
  delete: false,
  deleteLatest: false,
  undelete: false,
  destroy: false,
  settings: false,
  removeAll: false,
};

const useRights = (at: KvPath): SecretRights => {
  const addresses = addressesOf(at);
  const paths =
    addresses.version === 1
      ? [addresses.data]
      : [addresses.data, addresses.metadata, addresses.delete, addresses.undelete, addresses.destroy];
  const known = useCapabilities(paths);
  if (!known) return NO_RIGHTS;
  const may = (path: string, ...capabilities: readonly ("update" | "patch" | "delete" | "read")[]): boolean =>
    capabilities.some((capability) => known.get(path)?.has(capability));
  const { data } = addresses;
  const both = { edit: may(data, "update", "patch"), share: may(data, "read"), deleteLatest: may(data, "delete") };
  if (addresses.version === 1) return { ...NO_RIGHTS, ...both, removeAll: both.deleteLatest };
  return {
    ...both,
    restore: may(data, "read") && may(data, "update"),
    delete: may(addresses.delete, "update"),
    undelete: may(addresses.undelete, "update"),
    destroy: may(addresses.destroy, "update"),
    settings: may(addresses.metadata, "update"),
    removeAll: may(addresses.metadata, "delete"),
  };
};

export interface Secret {
  readonly values: Values;
  readonly version: Version | undefined;
  /** `undefined`: not permitted, or not there yet. */
  readonly metadata: KvMetadata | undefined;
  /** Of a secret whose values may not be read. */
  readonly names: readonly FieldName[] | undefined;
  readonly rights: SecretRights;
  readonly again: () => void;
}

export const useSecret = (at: KvPath, wanted: number | undefined): Secret => {
  const session = useSession();
  const addresses = addressesOf(at);
  const query = wanted === undefined ? undefined : { version: String(wanted) };
  const data = useApi({ method: "GET", path: addresses.data, query });
  const values = valuesIn(at, data.answer);
  const denied = values.is === "failed" && values.failure.kind === "denied";
  const mayHistory = addresses.version === 2 && session.may(addresses.metadata, "read");
  const history = useApi(mayHistory ? { method: "GET", path: addresses.metadata } : undefined);
  const mayNames = addresses.version === 2 && denied && session.may(addresses.subkeys, "read");
  const structure = useApi(mayNames ? { method: "GET", path: addresses.subkeys, query } : undefined);
  const metadata = history.answer?.ok ? metadataFrom(history.answer.data) : undefined;
  const shown = [data, structure].map(({ answer }) => answer && shownVersionFrom(answer.data)).find(Boolean);
  const listed = metadata?.versions.find(({ number }) => number === (wanted ?? metadata.current));

  const path = at.mount + at.path;
  const opened = values.is === "read" || metadata !== undefined;
  // With what is drawn: whoever leaves a frame later finds it among what was opened.
  useLayoutEffect(() => {
    if (!opened) return;
    noteOpened(session.who, path);
    learnName(path);
  }, [opened, path]);

  return {
    values,
    version: shown ?? (metadata && listed && { ...listed, custom: metadata.custom }),
    metadata,
    names: namesIn(structure.answer),
    rights: useRights(at),
    again: () => {
      data.again();
      if (mayHistory) history.again();
      if (mayNames) structure.again();
    },
  };
};
