import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Report {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly rule: { readonly name: string } }[];
  };
}

/** As JSON, so that an empty report cannot pass for a clean one. */
const cruise = (): Report => {
  const args = [
    "--config",
    ".dependency-cruiser.cjs",
    "--output-type",
    "json",
    "bin",
    "lib",
    "lambdas",
    "src",
    "scripts",
  ];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  return JSON.parse(execFileSync("node_modules/.bin/depcruise", args, options)) as Report;
};

describe("the layers", () => {
  const { summary } = cruise();

  it("are seen: the parser reads this language", () => {
    expect(summary.totalCruised).toBeGreaterThan(300);
  });

  it("are kept", () => {
    expect(summary.violations.map((violation) => violation.rule.name)).toEqual([]);
  });
});
