import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";

/** A server with the method at `auth/cert`. */
export const makeCertServer = async (): Promise<TestServer> => {
  const server = await makeServer();
  await server.call("POST", "sys/auth/cert", { body: { type: "cert" } });
  return server;
};

/** A login by a certificate (PEM, issuers after it); `undefined`: without one. */
export const logIn = (
  server: TestServer,
  peerCertificates: string | undefined,
  body: object = {},
  sourceAddress = "127.0.0.1",
): Promise<Answered> => server.call("POST", "auth/cert/login", { token: null, body, peerCertificates, sourceAddress });

export const authOf = ({ body }: Answered) =>
  body["auth"] as { client_token: string; metadata: Record<string, string>; lease_duration: number; entity_id: string };
