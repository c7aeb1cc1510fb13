import { describe, expect, it } from "@jest/globals";
import type { FunctionName } from "../../../src/contract/functions.ts";
import { makeAuthority, makeCertificate as makeClient } from "../../support/certificates.ts";
import { answerOf, type Fields, objectOf } from "../support/events.ts";
import type { Built } from "./built.ts";

/** What the gateway tells of a client certificate reaches the function that needs it. */

export const certificateStories = (built: Built): void => {
  const { ask, eventOf } = built;

  describe("a client certificate", () => {
    const withCertificate = (event: Fields, clientCertPem: string): Fields => ({
      ...event,
      requestContext: {
        ...objectOf(event["requestContext"]),
        authentication: { clientCert: { clientCertPem, subjectDN: "CN=forged", serialNumber: "1" } },
      },
    });
    const loginEvent = (headers = {}) =>
      eventOf({ event: "post-json", path: "auth/cert/login", token: "none", body: {}, headers });
    const answerTo = async (name: FunctionName, event: Fields) =>
      answerOf((await built.deployment.functions[name].invoke(event)).result);

    it("that the gateway checked logs in and renews, one in a header does not", async () => {
      const authority = await makeAuthority("CN=root", { notAfter: "2090-01-01T00:00:00Z" });
      const client = await makeClient({ name: "CN=web", by: authority });
      await ask("system", { event: "post-json", path: "sys/auth/cert", body: { type: "cert" } });
      await ask("login", { event: "post-json", path: "auth/cert/certs/web", body: { certificate: authority.cert } });

      const shown = await answerTo("login", withCertificate(loginEvent(), client.cert));
      expect([shown.status, objectOf(objectOf(shown.body["auth"])["metadata"])["common_name"]]).toEqual([200, "web"]);
      const headers = { "x-forwarded-client-cert": encodeURIComponent(client.cert), "x-amzn-mtls-clientcert": "x" };
      const forged = await answerTo("login", loginEvent(headers));
      expect([forged.status, forged.body["errors"]]).toEqual([400, ["no client certificate found"]]);

      const token = String(objectOf(shown.body["auth"])["client_token"]);
      const renewal = eventOf({ event: "post-json", path: "auth/token/renew-self", token, body: {} });
      expect((await answerTo("login", renewal)).status).toBe(400);
      expect((await answerTo("login", withCertificate(renewal, client.cert))).status).toBe(200);
    });

    it("goes along with a request that is handed on", async () => {
      const event = withCertificate(eventOf({ path: "sys/mounts" }), "from the gateway");
      await answerTo("kv", event);
      expect(objectOf(built.deployment.lambda.invoked.at(-1)?.event)).toMatchObject({
        requestContext: { authentication: { clientCert: { clientCertPem: "from the gateway" } } },
      });
    });
  });
};
