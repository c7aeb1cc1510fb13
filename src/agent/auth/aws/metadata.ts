import { request } from "node:http";
import type { Timer } from "../../../std/timer.ts";
import { utf8Text } from "../../../std/utf8.ts";
import { AgentError } from "../../contract.ts";

/**
 * The instance metadata service of EC2, version 2 alone: version 1 answers whoever gets a program to fetch an address.
 * It trusts what answers at that address; a bound and a deadline hold for every answer.
 */

type Env = Readonly<Record<string, string | undefined>>;

const LIMIT = 65_536;
const DEADLINE = 2000;
const TOKEN_LIFE = "60";

const isYes = (text: string | undefined): boolean => text?.toLowerCase() === "true";

const endpointOf = (env: Env): URL => {
  const text =
    env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ||
    (env["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.toLowerCase() === "ipv6"
      ? "http://[fd00:ec2::254]"
      : "http://169.254.169.254");
  if (!URL.canParse(text) || new URL(text).protocol !== "http:") {
    throw new AgentError("AWS_EC2_METADATA_SERVICE_ENDPOINT is not an address of the form http://host:port");
  }
  return new URL(text);
};

interface Ask {
  readonly method: "GET" | "PUT";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const ask = (endpoint: URL, timer: Timer, { method, path, headers }: Ask): Promise<string> =>
  new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      cancel();
      sent.destroy();
      reject(new AgentError(`the instance metadata service ${why}`));
    };
    const sent = request(new URL(path, endpoint), { method, headers }, (answer) => {
      const pieces: Buffer[] = [];
      let size = 0;
      if (answer.statusCode !== 200) return fail(`answered ${answer.statusCode} for ${path}`);
      answer.on("data", (piece: Buffer) => {
        size += piece.length;
        if (size > LIMIT) fail(`answered more than ${LIMIT} bytes for ${path}`);
        else pieces.push(piece);
      });
      answer.on("end", () => {
        cancel();
        const text = utf8Text(Buffer.concat(pieces));
        if (text === undefined) fail(`answered no text for ${path}`);
        else resolve(text);
      });
      answer.on("error", () => fail("broke off its answer"));
    });
    const cancel = timer(DEADLINE, () =>
      fail("does not answer: this may be no EC2 instance, or its hop limit is too low"),
    );
    sent.on("error", () => fail("cannot be reached"));
    sent.end();
  });

/** Answers a path's text: `/latest/dynamic/instance-identity/document`. Throws `AgentError`. */
export type Metadata = (path: string) => Promise<string>;

export const createMetadata =
  (env: Env, timer: Timer): Metadata =>
  async (path) => {
    if (isYes(env["AWS_EC2_METADATA_DISABLED"])) {
      throw new AgentError("the instance metadata service is turned off by AWS_EC2_METADATA_DISABLED");
    }
    const endpoint = endpointOf(env);
    const token = await ask(endpoint, timer, {
      method: "PUT",
      path: "/latest/api/token",
      headers: { "X-aws-ec2-metadata-token-ttl-seconds": TOKEN_LIFE, "Content-Length": "0" },
    });
    return ask(endpoint, timer, { method: "GET", path, headers: { "X-aws-ec2-metadata-token": token.trim() } });
  };
