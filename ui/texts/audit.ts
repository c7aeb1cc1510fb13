/** Words of the page that checks audit logs. */

const lines = (count: number): string => (count === 1 ? "1 line" : `${count.toLocaleString("en")} lines`);
const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

export const audit = {
  title: "Audit",
  intro:
    "Every request and every answer is a line in the log; each line names the one before, and checkpoints are signed. " +
    "Nobody reads the log through the API: open a copy of it here. It is read on this computer and sent nowhere.",

  check: "Check a log",
  drop: "Drop a log here, or choose a file",
  forms: "A device's file, a log group exported to S3, or what aws logs filter-log-events prints; gzip too.",
  continued: "It begins in the middle",
  continuedHint: "For a log that was rotated, or an export of some hours.",
  mixed: "It has other lines in between",
  mixedHint: "For the log of a function.",
  key: "Public key",
  keyServed: (id: string) => `The server's key ${id}.`,
  keyDenied: "You may not read the server's key. Paste it as sys/audit-key shows it.",
  keyMore: "Another key, if it was replaced since",
  keyWrong: "This is not an Ed25519 public key in PEM.",
  tooLarge: (megabytes: number) => `A log of more than ${megabytes} MB is for the command line: zeroth audit verify.`,
  unreadable: "This file could not be read.",

  intact: (count: number, writers: number) =>
    `Nothing was changed, removed, inserted or moved: ${lines(count)} of ${writers === 1 ? "1 writer" : `${writers} writers`}.`,
  nothing: "There is no audit line in this file.",
  others: (count: number) => `${lines(count)} are not audit lines and were not checked.`,
  unsigned: (writer: string, count: number) =>
    `The last ${lines(count)} of writer ${writer} are not yet vouched for by a checkpoint.`,
  broken: (line: number, what: string) => `Line ${line} ${what}.`,
  unknownKeyHelp:
    "If the server's key was replaced since, paste the one of that time above. Else somebody other than the server wrote this line.",
  brokenHelp: "From this line on, the log is not what was written. What comes before it can be trusted.",

  requests: "Requests",
  filters: "Which requests",
  who: "Who",
  path: "Path",
  operation: "Operation",
  outcome: "Outcome",
  any: "any",
  from: "From",
  until: "Until",
  zone: "By this computer's clock and time zone",
  withValue: "Only requests with the value that was looked for.",
  showAll: "Show all requests",
  outcomes: { allowed: "answered", refused: "refused", "no answer": "no answer in this file" },
  line: "Line",
  time: "Time",
  nobody: "no token",
  found: (count: number, total: number) => `${count.toLocaleString("en")} of ${total.toLocaleString("en")} requests`,
  none: "No request in this log fits.",
  timeline: "Requests over time",
  all: "all",
  refusedOnly: "refused",
  readers: "Who asked",
  reader: (who: string, count: number) => `${who}, ${times(count)}`,

  find: "Find a value",
  findIntro:
    "Values are hashed in the log. The server hashes a value as a device does, so that its lines can be found. " +
    "The built-in log's hashes cannot be asked for.",
  device: "Device",
  value: "Value",
  hash: "Find it",
  hashed: "Its hash",
  foundIn: (count: number) =>
    count === 0 ? "No line of the opened log has it." : `In ${lines(count)} of the opened log:`,
  showFound: "Show these requests",
  noLog: "Open a log above to look for it.",

  devices: "Devices",
  builtIn: "The built-in log is always on and is not listed.",
  noDevices: "No further device is enabled.",
  enable: "Enable a device",
  noDescription: "no description",
} as const;
