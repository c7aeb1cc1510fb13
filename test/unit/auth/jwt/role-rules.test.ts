import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { nextRole, roleShape } from "../../../../src/auth/jwt/role-rules.ts";
import { seconds } from "../../../../src/std/time.ts";

const BASE = { role_type: "jwt", user_claim: "sub", bound_subject: "s" };
const HOUR = seconds(3600);

const roleInput = z.object(roleShape);

const outcome = (input: object): unknown => {
  try {
    return nextRole(undefined, roleInput.parse({ ...BASE, ...input }), "id", HOUR).warnings;
  } catch (cause) {
    return cause instanceof Error ? cause.message : cause;
  }
};

describe("the lives of a role's tokens", () => {
  it.each([
    [{ ttl: 20, max_ttl: 10 }, "ttl should not be greater than max ttl"],
    [{ token_ttl: 20, token_max_ttl: 10 }, "'token_ttl' cannot be greater than 'token_max_ttl'"],
    [{ token_ttl: 20, max_ttl: 10 }, "'token_ttl' cannot be greater than 'token_max_ttl'"],
    [{ ttl: 20, max_ttl: 0 }, []],
    [{ period: 3601 }, `'period' of '"1h0m1s"' is greater than the backend's maximum lease TTL of '"1h0m0s"'`],
    [{ token_period: 3600 }, []],
    [
      { token_max_ttl: 3601 },
      [
        "token max ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated",
      ],
    ],
  ])("%j: %j", (input, said) => {
    expect(outcome(input)).toEqual(said);
  });
});
