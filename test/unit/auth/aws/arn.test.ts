import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ArnError, canonicalArn, globMatches, parseArn } from "../../../../src/auth/aws/arn.ts";

describe("an ARN of a principal", () => {
  it.each([
    ["arn:aws:iam::123456789012:user/MyUser", "user", "", "MyUser", "", "arn:aws:iam::123456789012:user/MyUser"],
    ["arn:aws:iam::123456789012:user/a/b/MyUser", "user", "a/b", "MyUser", "", "arn:aws:iam::123456789012:user/MyUser"],
    ["arn:aws:iam::123456789012:role/x/MyRole", "role", "x", "MyRole", "", "arn:aws:iam::123456789012:role/MyRole"],
    [
      "arn:aws:sts::123456789012:assumed-role/MyRole/sess",
      "assumed-role",
      "",
      "MyRole",
      "sess",
      "arn:aws:iam::123456789012:role/MyRole",
    ],
    [
      "arn:aws:iam::123456789012:instance-profile/p/Prof",
      "instance-profile",
      "p",
      "Prof",
      "",
      "arn:aws:iam::123456789012:instance-profile/Prof",
    ],
    [
      "arn:aws-us-gov:sts::123456789012:assumed-role/R/s",
      "assumed-role",
      "",
      "R",
      "s",
      "arn:aws-us-gov:iam::123456789012:role/R",
    ],
    ["arn:aws-cn:iam::123456789012:role/R", "role", "", "R", "", "arn:aws-cn:iam::123456789012:role/R"],
  ])("%s is taken apart", (text, type, path, name, session, canonical) => {
    const arn = parseArn(text);
    expect(arn).toMatchObject({ account: "123456789012", type, path, name, session });
    expect(canonicalArn(arn)).toBe(canonical);
  });

  it.each([
    ["arn:aws:iam::123456789012", "unrecognized arn: contains 5 colon-separated parts, expected 6"],
    ["arn:aws:iam::123456789012:role/a:b", "unrecognized arn: contains 7 colon-separated parts, expected 6"],
    ["urn:aws:iam::123456789012:role/a", 'unrecognized arn: does not begin with "arn:"'],
    ["arn:aws:s3::123456789012:role/a", "unrecognized service: s3, not one of iam or sts"],
    ["arn:aws:iam::123456789012:root", 'unrecognized arn: "root" contains fewer than 2 slash-separated parts'],
    [
      "arn:aws:sts::123456789012:assumed-role/OnlyRole",
      'unrecognized arn: "assumed-role/OnlyRole" contains fewer than 3 slash-separated parts',
    ],
    ["arn:aws:sts::123456789012:federated-user/bob", 'unrecognized principal type: "federated-user"'],
    [
      "arn:aws:sts::123456789012:assumed-role/R/s/more",
      'unrecognized arn: "assumed-role/R/s/more" contains too many parts',
    ],
    ["arn:aws:iam::12345678901:role/R", "unrecognized arn: partition, region or account is malformed"],
    ["arn:aws:iam:eu-west-1:123456789012:role/R", "unrecognized arn: partition, region or account is malformed"],
    ["arn:aws:iam::123456789012:role/", 'unrecognized arn: "role/" contains an empty or malformed part'],
    ["arn:aws:iam::123456789012:role/a\nb", 'unrecognized arn: "role/a\\nb" contains an empty or malformed part'],
  ])("%j is none", (text, reason) => {
    expect(() => parseArn(text)).toThrow(new ArnError(reason));
  });

  it("is read whole or refused, for any text", () => {
    const parts = fc.array(
      fc.constantFrom("arn", "aws", "iam", "sts", "", "123456789012", "role/x", "assumed-role/a/b", "*", "\u0000"),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          parts.map((list) => list.join(":")),
        ),
        (text) => {
          try {
            const arn = parseArn(text);
            const rest = [arn.type, arn.path, arn.name, arn.session].filter((part) => part !== "").join("/");
            expect(text.endsWith(`:${arn.account}:${rest}`)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(ArnError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("a wildcard", () => {
  it.each([
    ["arn:aws:iam::1:role/app/*", "arn:aws:iam::1:role/app/deploy", true],
    ["arn:aws:iam::1:role/app/*", "arn:aws:iam::2:role/app/deploy", false],
    ["arn:aws:iam::1:role/My*", "arn:aws:iam::1:role/service-role/MyRole", false],
    ["arn:aws:iam::1:role/*/deploy", "arn:aws:iam::1:role/app/deploy", false],
    ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a", true],
    ["*deploy*", "arn:aws:iam::1:role/deployer", true],
    ["*", "anything", true],
  ])("%s against %s: %s", (pattern, text, matches) => {
    expect(globMatches(pattern, text)).toBe(matches);
  });

  it("of sixty stars takes no time", () => {
    expect(globMatches(`arn:${"*a".repeat(60)}*`, `arn:${"a".repeat(2000)}`)).toBe(false);
  });
});
