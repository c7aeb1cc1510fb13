import { keyOf, type Values } from "../../../../ui/pages/api/request.ts";
import { type Endpoint, endpointsOf, type Input, type Kind } from "../../../../ui/pages/api/spec.ts";
import { mountEverything } from "../../../support/every-path.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** A server with every backend mounted, the endpoints that its own document has, and a form filled in for each. */

export const serverWithForms = async (): Promise<{
  readonly server: TestServer;
  readonly endpoints: readonly Endpoint[];
}> => {
  const server = await makeServer();
  await mountEverything(server);
  const { body } = await server.call("GET", "sys/internal/specs/openapi");
  return { server, endpoints: endpointsOf(JSON.parse(JSON.stringify(body))) };
};

const SAMPLES: Readonly<Record<Kind, string>> = {
  text: "sample",
  number: "1",
  switch: "true",
  duration: "1h",
  list: "one\ntwo",
  map: "name=value",
  any: "sample",
};

export const sample = (input: Input): string => (input.where === "path" ? "nobody" : SAMPLES[input.kind]);

export const filledIn = (endpoint: Endpoint): Values =>
  Object.fromEntries(endpoint.inputs.map((input) => [keyOf(input), sample(input)]));

export const nameOf = ({ action, template }: Endpoint): string => `${action} ${template}`;
