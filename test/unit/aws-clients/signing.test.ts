import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { QueryCommand } from "../../../src/aws-clients/dynamodb.ts";
import { DecryptCommand } from "../../../src/aws-clients/kms.ts";
import { isTransient } from "../../../src/storage/dynamodb-errors.ts";
import { type Answer, createLine, dynamoDbOn, errorOf, kmsOn, type Line } from "./support.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2030, 0, 1);
const clock = { now: () => NOW };
const dated = (ms: number, more: Partial<Answer> = {}): Answer => ({
  status: 200,
  body: {},
  ...more,
  headers: { date: new Date(ms).toUTCString(), ...more.headers },
});
const refused = dated(NOW + HOUR_MS, {
  status: 400,
  body: { __type: "com.amazon.coral.service#InvalidSignatureException", message: "Signature expired" },
});
const early = dated(NOW - HOUR_MS, {
  status: 400,
  body: { __type: "com.amazon.coral.service#InvalidSignatureException", message: "Signature not yet current" },
});
const throttled: Answer = { status: 400, body: { __type: "ThrottlingException", message: "slower" } };
const datesOf = (line: Line) => line.sent.map(({ headers }) => headers["x-amz-date"]);
const query = () => new QueryCommand({ TableName: "t" });
const decrypt = () => new DecryptCommand({ KeyId: "k", CiphertextBlob: new Uint8Array(1) });

/** Waits for a call whose pauses pass at once. */
const hurried = async <T>(call: Promise<T>): Promise<T> => {
  let open = true;
  const settled = call.finally(() => {
    open = false;
  });
  settled.catch(() => undefined);
  while (open) await jest.advanceTimersByTimeAsync(1000);
  return settled;
};

afterEach(() => {
  jest.useRealTimers();
});

describe("a request", () => {
  it("is signed for its service and says how long it is and who sends it", async () => {
    const line = createLine();
    await dynamoDbOn(line, clock).send(query());

    expect(line.sent[0]?.headers).toMatchObject({
      host: "service.example",
      "content-length": String('{"TableName":"t"}'.length),
      "user-agent": "zeroth",
      "x-amz-date": "20300101T000000Z",
      "x-amz-security-token": "session",
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIATEST\/20300101\/us-east-1\/dynamodb\/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
      ),
    });
  });
});

describe("the date of a signature", () => {
  it("is the service's, once an answer told it", async () => {
    const line = createLine(dated(NOW + HOUR_MS), dated(NOW - HOUR_MS), { status: 200, body: {} });
    const client = dynamoDbOn(line, clock);
    for (let call = 0; call < 4; call += 1) await client.send(query());

    expect(datesOf(line)).toEqual(["20300101T000000Z", "20300101T010000Z", "20291231T230000Z", "20291231T230000Z"]);
  });

  it("is not that of an answer which somebody kept", async () => {
    const line = createLine(dated(NOW - HOUR_MS, { headers: { age: "3600" } }));
    const client = dynamoDbOn(line, clock);
    await client.send(query());
    await client.send(query());

    expect(datesOf(line)).toEqual(["20300101T000000Z", "20300101T000000Z"]);
  });

  it("is put right by a refusal, so that the call is worth repeating once", async () => {
    const line = createLine(early);
    const client = dynamoDbOn(line, clock);
    const first = await errorOf(client.send(query()));
    const second = await errorOf(client.send(query()));

    expect(datesOf(line)).toEqual(["20300101T000000Z", "20291231T230000Z"]);
    expect([isTransient(first), isTransient(second)]).toEqual([true, false]);
  });

  it("is put right within a call to KMS", async () => {
    jest.useFakeTimers();
    const line = createLine(refused, dated(NOW + HOUR_MS, { body: { KeyId: "k" } }));
    const answer = await hurried(kmsOn(line, clock).send(decrypt()));

    expect(answer.KeyId).toBe("k");
    expect(datesOf(line)).toEqual(["20300101T000000Z", "20300101T010000Z"]);
  });
});

describe("a call that failed", () => {
  it("is repeated to KMS, twice at most", async () => {
    jest.useFakeTimers();
    const line = createLine(throttled);
    const error = await hurried(errorOf(kmsOn(line, clock).send(decrypt())));

    expect(line.sent).toHaveLength(3);
    expect(error).toMatchObject({ name: "ThrottlingException", $metadata: { attempts: 3 } });
  });

  it("is repeated to KMS until it succeeds", async () => {
    jest.useFakeTimers();
    const line = createLine(throttled, throttled, { status: 200, body: { KeyId: "k" } });
    const answer = await hurried(kmsOn(line, clock).send(decrypt()));

    expect(line.sent).toHaveLength(3);
    expect(answer).toMatchObject({ KeyId: "k", $metadata: { attempts: 3 } });
  });

  it("is not repeated to KMS where it would fail again", async () => {
    const line = createLine({ status: 400, body: { __type: "AccessDeniedException" } });
    expect(await errorOf(kmsOn(line, clock).send(decrypt()))).toMatchObject({ name: "AccessDeniedException" });
    expect(line.sent).toHaveLength(1);
  });

  it("is not repeated to the table, which storage does", async () => {
    const line = createLine(throttled);
    expect(await errorOf(dynamoDbOn(line, clock).send(query()))).toMatchObject({ name: "ThrottlingException" });
    expect(line.sent).toHaveLength(1);
  });
});
