import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { buildRequest, type Values } from "../../../../ui/pages/api/request.ts";
import type { Endpoint } from "../../../../ui/pages/api/spec.ts";
import type { TestServer } from "../../../support/make-server.ts";
import { filledIn, nameOf, serverWithForms } from "./forms.ts";

/** 60. Forms of every path of every backend, sent. */

let server: TestServer;
let endpoints: readonly Endpoint[];
beforeAll(async () => {
  ({ server, endpoints } = await serverWithForms());
});
afterAll(() => server.dynamo.close());

/** They end the caller or the server. */
const LAST = /^write (sys\/seal|sys\/step-down|auth\/token\/revoke-self)$/;

const send = async (endpoint: Endpoint, values: Values): Promise<number> => {
  const built = buildRequest(endpoint, values);
  if ("faults" in built) throw new Error(`${nameOf(endpoint)}: ${JSON.stringify([...built.faults])}`);
  const { method, path, query = {}, body, patch } = built.request;
  const search = new URLSearchParams(query).toString();
  const { status } = await server.call(method, search ? `${path}?${search}` : path, {
    ...(body === undefined ? {} : { body: JSON.parse(body) }),
    ...(patch ? { headers: { "content-type": "application/merge-patch+json" } } : {}),
  });
  return status;
};

it("forms of every path of every backend are sent filled in: the server understands each, and none fails", async () => {
  const wrong: string[] = [];
  for (const endpoint of endpoints.filter((each) => !LAST.test(nameOf(each)))) {
    const status = await send(endpoint, filledIn(endpoint));
    // 405: no such operation. 5xx: a fault.
    if (status === 405 || status >= 500) wrong.push(`${nameOf(endpoint)}: ${status}`);
  }

  expect(wrong).toEqual([]);
});
