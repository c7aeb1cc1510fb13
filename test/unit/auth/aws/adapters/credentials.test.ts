import { expect, it } from "@jest/globals";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { fragile } from "../../../../support/fragile.ts";

/** The program's own credentials, for the method `aws` and the engine `aws`, where the code that finds them fails once. */

const sdk = { fromNodeProviderChain: () => async () => ({ accessKeyId: "AKIATEST", secretAccessKey: "test" }) };
fragile("../../src/auth/aws/adapters/sdk/credentials.ts", sdk);
fragile("../../src/engines/aws/adapters/sdk/credentials.ts", sdk);

const { awsAdapters } = await import("../../../../../src/auth/aws/adapters/index.ts");
const { connections } = await import("../../../../../src/engines/aws/adapters/connections.ts");

it("those of the engine are looked for again", async () => {
  const { own } = connections({
    random: systemRandom,
    sleep: async () => undefined,
    reach: { loopback: false, ranges: [] },
  });

  await expect(own()).rejects.toThrow("cannot load");
  expect(await own()).toMatchObject({ accessKeyId: "AKIATEST" });
});

it("those of logins are looked for again", async () => {
  const body =
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
  const { directory } = awsAdapters({
    region: "us-east-1",
    clock: systemClock,
    environment: {},
    requestHandler: {
      metadata: { handlerProtocol: "http/1.1" },
      handle: async () => ({
        response: { statusCode: 200, headers: { "content-type": "text/xml" }, body: Buffer.from(body) },
      }),
    },
  });

  await expect(directory.ownAccount()).rejects.toThrow();
  expect(await directory.ownAccount()).toBe("111122223333");
});
