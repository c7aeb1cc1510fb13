import { compileAcl, decide, parsePolicy } from "../../src/policy/index.ts";
import { type Figure, figure } from "./figures.ts";
import { microsecondsOf } from "./samples.ts";

/**
 * The policy decision by number of rules: exact, prefix and segment patterns in equal parts, asked for paths that match
 * each kind and none. Rules are in policies of at most 5,000, which is the limit of one.
 */

const SIZES = [10, 100, 1000, 10_000] as const;
const PER_POLICY = 5000;
/** Decisions in one run of the clock. */
const RUN = 64;

const pattern = (rule: number): string => {
  const team = `team-${rule}`;
  if (rule % 3 === 0) return `secret/data/${team}/config`;
  return rule % 3 === 1 ? `secret/data/${team}/*` : `secret/data/+/${team}/password`;
};

const pathFor = (rule: number): string => {
  const team = `team-${rule}`;
  if (rule % 3 === 0) return `secret/data/${team}/config`;
  return rule % 3 === 1 ? `secret/data/${team}/db/primary` : `secret/data/prod/${team}/password`;
};

const aclOf = (rules: number) => {
  const policies = [];
  for (let from = 0; from < rules; from += PER_POLICY) {
    const numbers = Array.from({ length: Math.min(PER_POLICY, rules - from) }, (_, at) => from + at);
    const text = numbers.map((rule) => `path "${pattern(rule)}" { capabilities = ["read"] }\n`).join("");
    // The limit of one policy is 100 KiB of text; JSON and HCL count alike.
    policies.push(...splitAtLimit(text).map((part, at) => parsePolicy(`p${from}-${at}`, part)));
  }
  return compileAcl(policies);
};

const LIMIT = 90_000;
const splitAtLimit = (text: string): readonly string[] => {
  const parts: string[] = [];
  let part = "";
  for (const line of text.split("\n")) {
    if (part.length + line.length > LIMIT) {
      parts.push(part);
      part = "";
    }
    part += `${line}\n`;
  }
  return [...parts, part];
};

/** A run of decisions against so many rules. */
const runOf = (rules: number) => {
  const acl = aclOf(rules);
  const step = Math.max(1, Math.floor(rules / RUN));
  const requests = Array.from({ length: RUN }, (_, at) => ({
    path: at % 8 === 7 ? `secret/data/nobody-${at}/config` : pathFor((at * step) % rules),
    operation: "read" as const,
    sudoPath: false,
  }));
  return () => {
    for (const request of requests) decide(acl, request);
  };
};

/** Runs of every size before any is measured, so that none pays for what the compiler learns. */
const WARM_UP = 500;

export const measureDecisions = (samples: number): readonly Figure[] => {
  const runs = SIZES.map(runOf);
  for (let round = 0; round < WARM_UP; round++) for (const run of runs) run();
  const taken = runs.map((run) => microsecondsOf(run, samples, 50) / RUN);
  const figures = SIZES.map((rules, at) =>
    figure(`policy decision, ${rules} rules`, taken[at] ?? Number.NaN, "us", rules === 100 ? 10 : null),
  );
  // Logarithmic growth from ten rules to ten thousand is log 10,000 / log 10.
  const growth = (taken.at(-1) ?? Number.NaN) / (taken[0] ?? Number.NaN);
  return [...figures, figure("policy decision, 10,000 rules / 10 rules", growth, "x", 4)];
};
