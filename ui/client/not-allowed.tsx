import { useMemo } from "preact/hooks";
import { Note } from "../kit/index.ts";
import type { ApiRequest } from "../protocol.ts";
import { denial } from "../texts/failures.ts";
import type { Failure } from "./api.ts";
import { Denied } from "./denied.tsx";
import { isFolder } from "./kv.ts";

/** Denials of requests that a page did not even make, because the caller's own rules already say no. */

const refusalOf = (request: ApiRequest): Failure => ({
  ok: false,
  kind: "denied",
  status: 403,
  errors: [],
  data: {},
  text: "",
  retryAfter: undefined,
  request,
});

/** The same panel as after a refusal: why, what would help, and a request to send. */
export const NotAllowed = ({ request }: { readonly request: ApiRequest }) => {
  const failure = useMemo(() => refusalOf(request), [JSON.stringify(request)]);
  return <Denied failure={failure} />;
};

/** What reading a secret, or listing a folder, would ask of a mount that is not known: one of version 2, most likely. */
const likelyRequest = (path: string): ApiRequest => {
  const cut = path.indexOf("/");
  const [mount, inside] = cut < 0 ? [path, ""] : [path.slice(0, cut), path.slice(cut + 1)];
  return isFolder(inside)
    ? { method: "GET", path: `${mount}/metadata/${inside}`, query: { list: "true" } }
    : { method: "GET", path: `${mount}/data/${inside}` };
};

/** For the path of a secret, as people write it, in a mount that the server does not show to the caller. */
export const Unreachable = ({ path }: { readonly path: string }) => (
  <>
    <Note kind="info">{denial.unreachable}</Note>
    <NotAllowed request={likelyRequest(path)} />
  </>
);
