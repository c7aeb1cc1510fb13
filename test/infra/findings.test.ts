import { describe, expect, it } from "@jest/globals";
import { Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { EVERY_OPTION, makeStacks } from "./support/stacks.ts";

const findings = (context: Readonly<Record<string, unknown>>): string[] => {
  const { app } = makeStacks(context);
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
};

describe("the AwsSolutions rules", () => {
  it("find nothing that is not acknowledged", () => {
    expect(findings({})).toEqual([]);
  });

  it("find nothing with every option in use", () => {
    expect(findings(EVERY_OPTION)).toEqual([]);
  });

  it("would have spoken: an acknowledgement names its reason", () => {
    const { app } = makeStacks();
    const acknowledged = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY))
      .flatMap(({ data }) => Object.values<string>(data));

    expect(acknowledged.length).toBeGreaterThan(5);
    expect(acknowledged.filter((reason) => reason.length < 30)).toEqual([]);
  });
});
