import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CredsInput } from "../../../../src/engines/aws/creds-shapes.ts";
import { LeaseInput } from "../../../../src/engines/aws/lease-config.ts";
import { RoleInput } from "../../../../src/engines/aws/roles.ts";
import { RootInput } from "../../../../src/engines/aws/root-config.ts";
import { StaticRoleInput } from "../../../../src/engines/aws/static-roles.ts";
import { processorTime } from "../../../support/processor-time.ts";
import { type AwsServer, makeAwsServer } from "./support/aws-server.ts";

/** Fields take anything, of any length; what reads them must not take more than a length's worth of time. */

const SIZE = 60_000;
const MOST_MS = 2000;
const PARTS = ["a", ",", "{{", '"', "\\", '{"a":', "https://a"];
const VALUES: readonly unknown[] = [
  ...PARTS.map((part) => part.repeat(Math.floor(SIZE / part.length))),
  Array(20_000).fill("a"),
  Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, "v"])),
  null,
  [[1]],
  -1,
  "\u0000",
];

let server: AwsServer;
beforeAll(async () => {
  server = await makeAwsServer({ config: { wait_for_keys: false } });
  await server.post("aws/roles/session", { credential_type: "session_token" });
});
afterAll(() => server.close());

const BODIES = {
  "aws/config/root": { body: {}, fields: Object.keys(RootInput.shape) },
  "aws/config/lease": { body: { lease: "1h", lease_max: "1h" }, fields: Object.keys(LeaseInput.shape) },
  "aws/roles/big": { body: { credential_type: "iam_user" }, fields: Object.keys(RoleInput.shape) },
  "aws/static-roles/big": {
    body: { username: "nobody", rotation_period: "1h" },
    fields: Object.keys(StaticRoleInput.shape),
  },
  "aws/creds/session": { body: {}, fields: Object.keys(CredsInput.shape) },
} as const;

describe("a field of the aws engine", () => {
  // The configuration comes last: it decides where the others look for AWS.
  const paths = Object.keys(BODIES).reverse() as (keyof typeof BODIES)[];

  it.each(paths.flatMap((path) => BODIES[path].fields.map((field) => [path, field] as const)))(
    "%s %s takes anything in little time, and never with a 5xx or a long answer",
    async (path, field) => {
      for (const value of VALUES) {
        const took = await processorTime(MOST_MS, async () => {
          const { status, text } = await server.call("POST", path, { body: { ...BODIES[path].body, [field]: value } });

          expect([String(value).slice(0, 8), status < 500, text.length < 3000]).toEqual([
            String(value).slice(0, 8),
            true,
            true,
          ]);
        });
        expect(took).toBeLessThan(MOST_MS);
      }
    },
  );
});
