import { z } from "zod";
import { type BackendContext, field, invalidRequest, VaultError } from "../../framework/index.ts";
import { AddressRefused, type Fetch, isCallFailure } from "../../outgoing/index.ts";
import { restate } from "../../std/restate.ts";
import { type Certificate, type RevocationList, readRevocationList, Unreadable } from "../../x509/index.ts";
import { indexedLists, keepList, type Received } from "./revocation-lists.ts";
import { allRoles } from "./roles.ts";
import { certificatesOf } from "./trusted.ts";

/**
 * How lists of revoked certificates come in: given by an operator, or fetched from where an operator said and fetched
 * again while they are needed. What comes over the network is believed for its signature alone.
 */

export const listShape = {
  crl: field.text("The list, PEM. It counts until it is deleted, whatever end it names."),
  url: field.text("Where the list is published, instead; it is fetched now and every hour."),
};
const listInput = z.object(listShape);
export type ListInput = z.output<typeof listInput>;

const DEADLINE_MS = 5_000;
/** Some 13,000 certificates. */
const MOST_BYTES = 512 * 1024;
const FRESH_MS = 3_600_000;

const readGiven = (bytes: Uint8Array): RevocationList =>
  restate(
    Unreadable,
    ({ reason }) => invalidRequest(`failed to parse CRL: ${reason}`),
    () => readRevocationList(bytes),
  );

/** The authorities of all roles that bear the name of a list's issuer. */
const issuersOf = async (list: RevocationList, cx: BackendContext): Promise<readonly Certificate[]> => {
  const found: Certificate[] = [];
  for await (const { certificate } of allRoles(cx.storage))
    found.push(...certificatesOf(certificate, cx).filter(({ name }) => name === list.issuer));
  return found;
};

/** Refuses a list that a known authority is said to have signed and has not; of one not known yet, logins judge. */
const checkSigned = async (list: RevocationList, cx: BackendContext): Promise<void> => {
  const issuers = await issuersOf(list, cx);
  if (issuers.length > 0 && !issuers.some((issuer) => list.isSignedBy(issuer)))
    throw invalidRequest("failed to parse CRL: it is not signed by the authority it names");
};

const received = async (bytes: Uint8Array, url: string, cx: BackendContext): Promise<Received> => {
  if (bytes.length > MOST_BYTES) throw invalidRequest(`failed to parse CRL: it is larger than ${MOST_BYTES} bytes`);
  const list = readGiven(bytes);
  await checkSigned(list, cx);
  return { bytes, list, url };
};

const checkedUrl = (text: string): URL => {
  if (text === "") throw invalidRequest("empty CRL url");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:") || url.username !== "" || url.password !== "")
    throw invalidRequest("invalid CRL url: it must be http or https, without a password");
  return url;
};

const NOT_FETCHED = "failed to fetch CRL";

const fetched = async (fetch: Fetch, text: string, cx: BackendContext): Promise<Received> => {
  const url = checkedUrl(text);
  const answer = await fetch({
    method: "GET",
    url,
    headers: { accept: "application/pkix-crl, */*" },
    deadlineMs: DEADLINE_MS,
    mostBytes: MOST_BYTES,
    encoding: "latin1",
  }).catch((cause: unknown) => {
    if (!isCallFailure(cause)) throw cause;
    const wire = cause instanceof AddressRefused ? `${NOT_FETCHED}: ${cause.message}` : NOT_FETCHED;
    throw invalidRequest(wire, { reason: `${NOT_FETCHED}: ${cause.reason}`, cause });
  });
  if (answer.status !== 200)
    throw invalidRequest(NOT_FETCHED, { reason: `${NOT_FETCHED}: answered with status ${answer.status}` });
  return received(Buffer.from(answer.body, "latin1"), text, cx);
};

/** Takes a list in, or where it is to be fetched from. Throws `invalid_request`. */
export const writeList = async (fetch: Fetch, name: string, { crl, url }: ListInput, cx: BackendContext) => {
  if (crl !== undefined && url !== undefined) throw invalidRequest("only one of 'crl' or 'url' may be provided");
  if (crl === undefined && url === undefined) throw invalidRequest("one of 'crl' or 'url' must be provided");
  const list =
    url === undefined ? await received(Buffer.from(crl ?? "", "latin1"), "", cx) : await fetched(fetch, url, cx);
  await keepList(cx.storage, name, list, cx.clock.now());
};

/** A list that was published before the one that is kept, or under another URL than the mount now has, is not taken. */
const refreshed = async (fetch: Fetch, name: string, url: string, cx: BackendContext): Promise<void> => {
  const list = await fetched(fetch, url, cx);
  const isNewer = await keepList(
    cx.storage,
    name,
    list,
    cx.clock.now(),
    (before) => before?.url !== url || before.thisUpdate > list.list.thisUpdate,
  );
  if (!isNewer) cx.log("a fetched list of revoked certificates was not taken", { list: name });
};

/** Fetches again what is older than an hour. Throws `upstream_failed` when all are done and some could not be fetched. */
export const refreshLists = async (fetch: Fetch, cx: BackendContext, deadlineMs: number): Promise<void> => {
  const failed: string[] = [];
  for (const { name, url, fetched: at } of await indexedLists(cx.storage)) {
    const now = cx.clock.now();
    if (now >= deadlineMs) break;
    if (url === "" || now < at + FRESH_MS) continue;
    try {
      await refreshed(fetch, name, url, cx);
    } catch (cause) {
      if (!(cause instanceof VaultError)) throw cause;
      failed.push(name);
      cx.log("a list of revoked certificates could not be fetched", { list: name, reason: cause.reason });
    }
  }
  if (failed.length > 0)
    throw new VaultError("upstream_failed", {
      wire: "lists of revoked certificates could not be fetched",
      reason: `lists of revoked certificates could not be fetched: ${failed.slice(0, 5).join(", ")}`,
    });
};
