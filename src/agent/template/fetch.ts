import { constants as flags } from "node:fs";
import { open } from "node:fs/promises";
import { type Call, type Client, NO_RETRIES, type Secret, type Token } from "../../client/contract.ts";
import { ResponseError } from "../../client/index.ts";
import { isJsonObject } from "../../std/json.ts";
import { fraction } from "../../std/random.ts";
import { compareUtf8, utf8Text } from "../../std/utf8.ts";
import type { Surroundings } from "../contract.ts";
import { FileError, fileError } from "../files/errors.ts";
import { assertInSandbox, type Certificate } from "../functions/index.ts";
import { goodUntil, type Issued, issuedIn, issuedInFile } from "./certificate.ts";
import { markOf } from "./change.ts";
import { TemplateFailure } from "./failure.ts";
import type { Gate } from "./gate.ts";
import type { HiddenLog } from "./hidden-log.ts";
import { createMounts, dataPath, listPath } from "./mounts.ts";
import { type Need, nameOf } from "./need.ts";
import { type Next, nextFetch, nextLook, type Rules } from "./timing.ts";

/** Gets what a template needs, once: no retries here. */

/** What was found, and what is to be done next. */
export type Found = { readonly next: Next | { readonly kind: "change" } } & (
  | { readonly kind: "secret"; readonly secret: Secret }
  | { readonly kind: "list"; readonly keys: readonly string[] }
  | { readonly kind: "certificate"; readonly certificate: Certificate }
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly mark: string }
);

export interface Fetching {
  readonly client: Client;
  readonly token: Token;
  readonly surroundings: Omit<Surroundings, "log">;
  readonly rules: Rules;
  readonly gate: Gate;
  /** May stand before the names of mounts. */
  readonly namespace?: string | undefined;
}

/** One try. Its log names what is asked for. */
export interface Try {
  readonly signal: AbortSignal;
  readonly log: HiddenLog;
}

export type Fetch = (need: Need, attempt: Try) => Promise<Found>;

/** Largest file a template may read. */
const MOST_BYTES = 16 * 1024 * 1024;

const EMPTY: Secret = {
  request_id: "",
  lease_id: "",
  lease_duration: 0,
  renewable: false,
  data: null,
  warnings: null,
  auth: null,
  wrap_info: null,
};

const absent = (path: string): TemplateFailure => new TemplateFailure(`no secret exists at ${path}`);

/** A version of KV that was deleted answers its metadata alone. */
const isDeleted = ({ data }: Secret, now: number): boolean => {
  const metadata = data?.["metadata"];
  const time = isJsonObject(metadata) ? metadata["deletion_time"] : undefined;
  return typeof time === "string" && Date.parse(time) < now;
};

interface PlainFile {
  readonly bytes: Uint8Array;
  /** What it is known by. */
  readonly mark: string;
}

/** Reads a plain file whole. A pipe is refused before it can make the agent wait. Throws `FileError`. */
const readPlainFile = async (path: string): Promise<PlainFile> => {
  try {
    const handle = await open(path, flags.O_RDONLY | flags.O_NONBLOCK | flags.O_NOCTTY);
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new FileError(`${path} is not a regular file`);
      if (found.size > MOST_BYTES) throw new FileError(`${path} is larger than ${MOST_BYTES} bytes`);
      return { bytes: await handle.readFile(), mark: markOf(found) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError("open", path, error);
  }
};

export const createFetch = ({ client, token, surroundings, rules, gate, namespace }: Fetching): Fetch => {
  const { clock, random } = surroundings;

  const send = async (call: Omit<Call, "token" | "retry">): Promise<Secret | undefined> =>
    (await gate(() => client.call({ ...call, token, retry: NO_RETRIES }))).secret;

  /** `undefined`: nothing is there. */
  const ask = (call: Omit<Call, "token" | "retry">): Promise<Secret | undefined> =>
    send(call).catch((error: unknown) => {
      if (error instanceof ResponseError && error.status === 404) return undefined;
      throw error;
    });

  const mounts = createMounts((path) => send({ method: "GET", path }), namespace);

  const versioned = (path: string, { log }: Try): Promise<string | undefined> =>
    mounts.versioned(path, () =>
      log.debug("the kind of the mount is not told, so the path is taken as it is written", { path }),
    );

  const note = (need: Need, { warnings }: Secret, { log }: Try): void => {
    for (const warning of warnings ?? []) log.warn(`${nameOf(need)}: ${warning}`);
  };

  const secretOf = (need: Need, secret: Secret, attempt: Try): Found => {
    note(need, secret, attempt);
    return { kind: "secret", secret, next: nextFetch(secret, rules, clock.now(), fraction(random)) };
  };

  const read = async (need: Extract<Need, { kind: "read" }>, attempt: Try): Promise<Found> => {
    const mount = await versioned(need.path, attempt);
    const path = mount === undefined ? need.path : dataPath(mount, need.path);
    const secret = await ask({ method: "GET", path, query: need.query, signal: attempt.signal });
    if (!secret || isDeleted(secret, clock.now())) throw absent(path);
    return secretOf(need, secret, attempt);
  };

  const write = async (need: Extract<Need, { kind: "write" }>, attempt: Try): Promise<Found> => {
    const mount = await versioned(need.path, attempt);
    const path = mount === undefined ? need.path : dataPath(mount, need.path);
    const isData = mount !== undefined && path.startsWith(`${mount}data`);
    const body = isData ? { data: need.data } : need.data;
    const secret = await send({ method: "PUT", path, body, signal: attempt.signal });
    return secretOf(need, secret ?? EMPTY, attempt);
  };

  const list = async (need: Extract<Need, { kind: "list" }>, attempt: Try): Promise<Found> => {
    const mount = await versioned(need.path, attempt);
    const path = mount === undefined ? need.path : listPath(mount, need.path);
    const keys = (await ask({ method: "LIST", path, signal: attempt.signal }))?.data?.["keys"] ?? [];
    if (!Array.isArray(keys)) throw new TemplateFailure("the answer is not a list");
    const names = keys.map((key: unknown) => {
      if (typeof key !== "string") throw new TemplateFailure("the list holds something other than names");
      return key;
    });
    // Go sorts bytes.
    names.sort(compareUtf8);
    return { kind: "list", keys: names, next: nextLook(rules, fraction(random)) };
  };

  const certificateOf = (issued: Issued | undefined): Found | undefined => {
    const date = issued && goodUntil(issued, rules.threshold, clock.now(), fraction(random));
    if (!issued || date === undefined) return undefined;
    return { kind: "certificate", certificate: issued.certificate, next: { kind: "at", date } };
  };

  const pki = async (need: Extract<Need, { kind: "pki" }>, attempt: Try): Promise<Found> => {
    const kept = need.file === undefined ? undefined : await readPlainFile(need.file).catch(() => undefined);
    const good = kept && certificateOf(issuedInFile(utf8Text(kept.bytes) ?? "", need.parts));
    if (good) return good;
    const { path, data } = need;
    const secret = await send({ method: "PUT", path, body: data, signal: attempt.signal });
    if (!secret) throw absent(path);
    note(need, secret, attempt);
    const issued = issuedIn(secret);
    if (!issued) throw new TemplateFailure("the answer holds no certificate");
    const found = certificateOf(issued);
    if (!found) throw new TemplateFailure("the certificate is at its end already, by the clock of this machine");
    return found;
  };

  return async (need, attempt) => {
    switch (need.kind) {
      case "read":
        return read(need, attempt);
      case "write":
        return write(need, attempt);
      case "list":
        return list(need, attempt);
      case "pki":
        return pki(need, attempt);
      case "file":
        // A link may have changed since the template was run.
        return {
          kind: "file",
          ...(await readPlainFile(assertInSandbox(need.sandbox, need.path))),
          next: { kind: "change" },
        };
    }
  };
};
