import { readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { HOMES } from "../../src/catalog.ts";
import { FUNCTIONS } from "../../src/contract/functions.ts";
import { makeTemplates, propertiesOf } from "../infra/support/stacks.ts";

const text = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

/** With a backend at home in every function, so that a new backend never lacks its headings. */
const everyFunction = [...HOMES, ...FUNCTIONS.map((home) => ({ kind: "secret", type: `at-${home}`, home }) as const)];

/** Of both shapes. */
const alarmNames = (): readonly string[] => {
  const names = ["few", "each"].flatMap((alarms) =>
    propertiesOf(makeTemplates({ alarms }, everyFunction).stateless, "AWS::CloudWatch::Alarm").map(({ AlarmName }) =>
      String(AlarmName).replace(/^zeroth-/, ""),
    ),
  );
  return [...new Set(names)];
};

const headings = async (): Promise<readonly string[]> =>
  [...(await text("docs/runbook.md")).matchAll(/^## (.*)$/gm)].map(([, heading = ""]) => heading.trim());

describe("the runbook", () => {
  it("has a heading for every alarm, and for nothing else", async () => {
    const names = alarmNames();

    expect(names.length).toBeGreaterThan(20);
    expect([...(await headings())].sort()).toEqual([...names].sort());
  });

  it("links only to headings it has", async () => {
    const known = await headings();
    const links = [...(await text("docs/runbook.md")).matchAll(/\]\(#([a-z0-9-]+)\)/g)].map(([, to]) => to);

    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((to) => to === undefined || !known.includes(to))).toEqual([]);
  });
});
