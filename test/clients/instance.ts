import { createServer } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import { createDocumentSigner, documentText } from "../../src/local/aws/identity-document.ts";
import { Sha256 } from "../unit/local/aws/support.ts";
import type { DevServer } from "./dev-server.ts";
import type { StandIns } from "./stand-ins.ts";

/**
 * An EC2 instance in the embedded AWS, and the metadata service that it would see: what AWS's SDKs read there of its
 * identity, signed by a certificate of this run's own.
 */

const REGION = "us-east-1";
const IMAGE = "ami-0123456789abcdef0";

/** Runs an instance; its id. */
const launch = async ({ awsUrl, identity }: DevServer): Promise<string> => {
  const { hostname, port, host } = new URL(awsUrl);
  const credentials = {
    accessKeyId: identity["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: identity["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  const asked = { Action: "RunInstances", MinCount: "1", MaxCount: "1", ImageId: IMAGE, Version: "2016-11-15" };
  const body = String(new URLSearchParams(asked));
  const headers = { host, "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const signer = new SignatureV4({ service: "ec2", region: REGION, credentials, sha256: Sha256 });
  const request = { method: "POST", protocol: "http:", hostname, port: Number(port), path: "/", headers, body };
  const signed = await signer.sign(request);
  const answer = await (await fetch(awsUrl, { method: "POST", headers: signed.headers, body })).text();
  const [, id] = /<instanceId>(.*?)<\/instanceId>/.exec(answer) ?? [];
  if (id === undefined) throw new Error(`no instance was run: ${answer}`);
  return id;
};

/** EC2_CERTIFICATE, PEM, signs; AWS_EC2_METADATA_SERVICE_ENDPOINT is what AWS's own SDKs read. */
export const startInstance = async (server: DevServer): Promise<StandIns> => {
  const instanceId = await launch(server);
  const signer = await createDocumentSigner(Date.now());
  const accountId = server.identity["AWS_ACCOUNT_ID"] ?? "";
  const facts = { accountId, region: REGION, instanceId, imageId: IMAGE, instanceType: "t3.micro" };
  const document = documentText({ ...facts, privateIp: "10.0.0.5", started: Date.now() - 60_000 });
  const bytes = Buffer.from(document);
  const pages: Readonly<Record<string, string>> = {
    "GET /latest/meta-data/instance-id": instanceId,
    "GET /latest/dynamic/instance-identity/document": document,
    "GET /latest/dynamic/instance-identity/signature": signer.signature(bytes),
    "GET /latest/dynamic/instance-identity/rsa2048": signer.rsa2048(bytes),
    "PUT /latest/api/token": "a session",
  };
  const metadata = createServer((request, response) => {
    const page = pages[`${request.method} ${request.url}`];
    const known = request.method === "PUT" || request.headers["x-aws-ec2-metadata-token"] === "a session";
    response.writeHead(known ? (page === undefined ? 404 : 200) : 401, {
      "content-type": "text/plain",
      "x-aws-ec2-metadata-token-ttl-seconds": "21600",
    });
    response.end(known ? page : "");
  });
  await new Promise<void>((done) => metadata.listen(0, "127.0.0.1", done));
  const address = metadata.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    environment: {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}`,
      EC2_CERTIFICATE: signer.certificate,
    },
    stop: async () => {
      metadata.closeAllConnections();
      await new Promise((done) => metadata.close(done));
    },
  };
};
