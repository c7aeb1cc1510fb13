import { Hash } from "@smithy/hash-node";
import type { Fetch } from "../../../outgoing/index.ts";
import { dnsSuffix } from "../../../std/aws-region.ts";
import { formPost } from "../../../std/form-post.ts";
import { type AccountScope, type Ec2Instance, LookupFailed } from "../ports.ts";
import { only, parseStrictXml, type XmlElement } from "../strict-xml.ts";
import type { Connections } from "./connections.ts";
import { orNone } from "./outcomes.ts";

/**
 * `DescribeInstances` for one id, signed and read here: the SDK's EC2 client is larger than all the rest together.
 * Source: Amazon EC2 API Reference, version 2016-11-15.
 */

const NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";
const DEADLINE_MS = 4000;
const MOST_BYTES = 512 * 1024;

/** The hash that the signer asks for: a keyed one where it gives a secret. */
class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super("sha256", secret);
  }
}

const signed = async (connections: Connections, scope: AccountScope, region: string, body: string) => {
  const { SignatureV4 } = await import("./sdk/signer.ts");
  const hostname = `ec2.${region}.${dnsSuffix(scope.partition)}`;
  const signer = new SignatureV4({
    service: "ec2",
    region,
    credentials: connections.credentialsFor(scope),
    sha256: Sha256,
  });
  const request = formPost(hostname, body, { "content-length": String(Buffer.byteLength(body)) });
  const { headers } = await signer.sign(request, { signingDate: new Date(connections.clock.now()) });
  return { headers, hostname };
};

const leaf = (parent: XmlElement | undefined, name: string): string => only(parent, name)?.text ?? "";

const readAnswer = (xml: string): Ec2Instance | undefined => {
  const root = parseStrictXml(xml, "DescribeInstancesResponse", NAMESPACE);
  const reservations = only(root, "reservationSet");
  if (!reservations) throw new LookupFailed("AnswerUnreadable");
  const found = reservations.children.flatMap((reservation) =>
    (only(reservation, "instancesSet")?.children ?? []).map((instance) => ({ reservation, instance })),
  );
  const [one] = found;
  if (found.length > 1) throw new LookupFailed("AnswerAmbiguous");
  return (
    one && {
      id: leaf(one.instance, "instanceId"),
      state: leaf(only(one.instance, "instanceState"), "name"),
      ownerId: leaf(one.reservation, "ownerId"),
      imageId: leaf(one.instance, "imageId"),
      vpcId: leaf(one.instance, "vpcId"),
      subnetId: leaf(one.instance, "subnetId"),
      profileArn: leaf(only(one.instance, "iamInstanceProfile"), "arn"),
      tags: (only(one.instance, "tagSet")?.children ?? []).map((tag) => ({
        key: leaf(tag, "key"),
        value: leaf(tag, "value"),
      })),
    }
  );
};

const readError = (body: string): string =>
  /<Code>([A-Za-z.]{1,64})<\/Code>/.exec(body)?.[1]?.replaceAll(".", "_") ?? "Unknown";

export const describeInstance = (
  connections: Connections,
  fetch: Fetch,
  scope: AccountScope,
  region: string,
  id: string,
): Promise<Ec2Instance | undefined> =>
  orNone([], async () => {
    if (!/^i-[0-9a-f]{8,17}$/.test(id)) return undefined;
    const body = `Action=DescribeInstances&InstanceId.1=${id}&Version=2016-11-15`;
    const { headers, hostname } = await signed(connections, scope, region, body);
    const override = scope.endpoints?.ec2 ?? connections.endpoints.ec2;
    const url = new URL("/", override ?? `https://${hostname}`);
    const answer = await fetch({ method: "POST", url, headers, body, deadlineMs: DEADLINE_MS, mostBytes: MOST_BYTES });
    if (answer.status === 200) return readAnswer(answer.body);
    const code = readError(answer.body);
    if (code === "InvalidInstanceID_NotFound" || code === "InvalidInstanceID_Malformed") return undefined;
    throw new LookupFailed(code);
  });
