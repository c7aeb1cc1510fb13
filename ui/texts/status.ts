import { many } from "./many.ts";

/** Words of the status page, with what it costs. */

export const status = {
  title: "Status",
  server: "Server",
  state: "State",
  states: { open: "answers", sealed: "sealed: nothing can be read", fresh: "not initialized" },
  version: "Version",
  seal: "Sealed by",
  storage: "Storage",
  cluster: "Cluster",
  clock: "Its clock",
  behind: (time: string) => `This device's clock is ${time} behind.`,
  ahead: (time: string) => `This device's clock is ${time} ahead.`,

  keys: "Data keys",
  term: "Rotation",
  installed: "In use since",

  inUse: "In use",
  tokens: "Tokens",
  entities: "People and machines",
  stuck: "Leases that could not be revoked",
  none: "none",
  toLeases: "See them",
  locked: "Locked out of signing in",
  lockedNames: (count: number) => many(count, "name", "names"),

  jobs: "Work in progress",
  noJobs: "Nothing that takes longer than a request is in progress.",
  handled: (count: number) => `${count} done`,
  since: "since",

  versions: "Versions",

  metrics: "One environment",
  metricsAbout:
    "Counters of the one environment that answered now, since it started. Those of the whole deployment are in CloudWatch.",
  counters: "Counters",
  columns: ["Name", "Value"],

  unseen: "Not shown",
  unseenAbout: "Your policies do not let you read these parts.",
  why: "Why?",
  whyOf: (path: string) => `Why is ${path} not shown?`,

  cost: "What it costs",
  costAbout: "List prices of us-east-1, not your bill. Keeping old logs is not counted.",
  secrets: "Secrets",
  reads: "Reads a month",
  plot: (secrets: string) => `Dollars a month for ${secrets} secrets, by reads a month`,
  ways: { zeroth: "Zeroth", manager: "Secrets Manager", parameters: "Parameter Store" },
  standard: "Standard parameters are 10,000 at most, and 4 KB each.",
  dollars: (amount: number) =>
    `$${amount.toLocaleString("en-US", { maximumFractionDigits: amount < 100 ? 2 : 0, minimumFractionDigits: amount < 100 ? 2 : 0 })}`,
  count: (count: number) => count.toLocaleString("en-US"),
  short: (count: number) => count.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 1 }),
} as const;
