import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { EmbeddedAws } from "../../../src/local/aws/index.ts";
import { type Attempt, isAllowed, type Statement } from "./policies.ts";

/**
 * The embedded AWS as one function's role sees it: every call to table and key is judged by the statements of the
 * synthesized template first, as IAM would. What other services are asked is let through.
 */

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? { ...value } : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const TABLE = "<Table.Arn>";
const pkOf = (item: unknown): string => String(fields(fields(item)["pk"])["S"] ?? "");

const onTable = (action: string, ...keys: readonly string[]): Attempt => ({
  action: `dynamodb:${action}`,
  resource: TABLE,
  context: { "dynamodb:LeadingKeys": keys },
});

/** A member of a transaction is asked for by its own name. */
const member = (one: unknown): Attempt => {
  const [[kind, given] = ["", undefined]] = Object.entries(fields(one));
  const { Item, Key } = fields(given) as { Item?: unknown; Key?: unknown };
  return onTable(`${kind}Item`, pkOf(Item ?? Key));
};

const tableAttempts = (operation: string, input: Fields): readonly Attempt[] => {
  switch (operation) {
    case "BatchGetItem": {
      const keys = Object.values(fields(input["RequestItems"])).flatMap((one) => list(fields(one)["Keys"]));
      return [onTable(operation, ...keys.map(pkOf))];
    }
    case "BatchWriteItem": {
      const writes = Object.values(fields(input["RequestItems"])).flatMap(list).map(fields);
      const keys = writes.map((one) => fields(one["DeleteRequest"])["Key"] ?? fields(one["PutRequest"])["Item"]);
      return [onTable(operation, ...keys.map(pkOf))];
    }
    case "Query": {
      const index = input["IndexName"];
      if (typeof index === "string") return [{ action: "dynamodb:Query", resource: `${TABLE}/index/${index}` }];
      return [onTable(operation, String(fields(fields(input["ExpressionAttributeValues"])[":pk"])["S"]))];
    }
    case "Scan":
      return [{ action: "dynamodb:Scan", resource: `${TABLE}/index/${String(input["IndexName"])}` }];
    case "TransactWriteItems":
      return list(input["TransactItems"]).map(member);
    default:
      return [onTable(operation, pkOf(input["Item"] ?? input["Key"]))];
  }
};

const keyAttempt = (operation: string, input: Fields): Attempt => ({
  action: `kms:${operation}`,
  resource: "<Key.Arn>",
  context: Object.fromEntries(
    Object.entries(fields(input["EncryptionContext"])).map(([name, value]) => [
      `kms:EncryptionContext:${name}`,
      String(value),
    ]),
  ),
});

const attemptsOf = (target: string, body: Buffer): readonly Attempt[] => {
  const [service = "", operation = ""] = target.split(".");
  if (service.startsWith("DynamoDB_")) return tableAttempts(operation, fields(JSON.parse(body.toString("utf8"))));
  if (service === "TrentService") return [keyAttempt(operation, fields(JSON.parse(body.toString("utf8"))))];
  return [];
};

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

export interface RoleWall {
  readonly url: string;
  close(): Promise<void>;
}

/** `denied` is told of every call the statements do not allow; the caller gets `AccessDeniedException`. */
export const startRoleWall = async (options: {
  readonly aws: EmbeddedAws;
  readonly statements: readonly Statement[];
  readonly denied: (what: string) => void;
}): Promise<RoleWall> => {
  const { aws, statements, denied } = options;
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = await readAll(request);
      const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
      const refused = attemptsOf(String(request.headers["x-amz-target"] ?? ""), body).find(
        (attempt) => !isAllowed(statements, attempt),
      );
      if (refused) {
        denied(`${refused.action} ${JSON.stringify(refused.context ?? {})}`);
        response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify({ __type: "AccessDeniedException", message: "not by this role" }));
        return;
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(",")]),
      );
      const reply = await aws.handle({ method: request.method ?? "GET", path, query, headers, body });
      response.writeHead(reply.status, { ...reply.headers, "content-length": String(reply.body.length) });
      response.end(reply.body);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
};
