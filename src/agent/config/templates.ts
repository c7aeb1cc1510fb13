import { defined } from "../../std/defined.ts";
import { shown } from "../../std/shown.ts";
import { DurationError } from "../../std/time.ts";
import { AgentError } from "../contract.ts";
import type {
  CommandConfig,
  EnvTemplateConfig,
  ExecConfig,
  TemplateConfig,
  TemplateServerConfig,
  TemplateText,
} from "./model.ts";
import { signalOf } from "./signals.ts";
import { blocks, durationOf, labelled, type Members } from "./values.ts";

/** `template { }`, `env_template "NAME" { }`, `template_config { }` and `exec { }`. Unknown keys are errors here. */

const SECOND = 1000;
const COMMAND_TIMEOUT = 30 * SECOND;

const refuseUnknown = (members: Members): void => {
  const unknown = members.unknown();
  if (unknown.length > 0) throw new AgentError(`has invalid keys: ${[...unknown].sort().join(", ")}`);
};

const textOf = (members: Members): TemplateText => {
  const [source, contents] = [members.text("source"), members.text("contents")];
  return {
    ...defined({ source, contents, sandboxPath: members.name("sandbox_path") }),
    leftDelimiter: members.name("left_delimiter") ?? "{{",
    rightDelimiter: members.name("right_delimiter") ?? "}}",
    errorOnMissingKey: members.flag("error_on_missing_key") ?? false,
    functionDenylist: [...(members.texts("function_denylist") ?? []), ...(members.texts("function_blacklist") ?? [])],
  };
};

const MODE = "must be an octal mode up to 0777";

/** A text is octal; a number is what it says, so HCL's `0640` and JSON's `416` are the same. */
const permsOf = (members: Members): number | undefined => {
  const value = members.value("perms");
  if (value === undefined) return undefined;
  if (value.kind === "string" && value.value === "") return undefined;
  const mode =
    value.kind === "number"
      ? value.value
      : value.kind === "string" && /^[0-7]+$/.test(value.value)
        ? Number.parseInt(value.value, 8)
        : Number.NaN;
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) throw members.refuse("perms", MODE);
  return mode;
};

/** One text is run by a shell, and so is a list of one with blanks in it. Commas of a text separate, as upstream. */
const commandOf = (members: Members): Omit<CommandConfig, "timeout"> | undefined => {
  const value = members.value("command");
  const command = members.texts("command") ?? [];
  const [first = ""] = command;
  if (first === "") return undefined;
  return { command, shell: command.length === 1 && (value?.kind === "string" || /\s/.test(first)) };
};

const commandsOf = (members: Members): CommandConfig | undefined => {
  const own = commandOf(members);
  const timeout = members.duration("command_timeout");
  const exec = members.block("exec");
  const inExec = exec && execOfTemplate(exec);
  const chosen = inExec?.command ?? own;
  if (chosen === undefined || inExec?.enabled === false) return undefined;
  return { ...chosen, timeout: inExec?.timeout ?? timeout ?? COMMAND_TIMEOUT };
};

const execOfTemplate = (exec: Members) => {
  const read = { command: commandOf(exec), timeout: exec.duration("timeout"), enabled: exec.flag("enabled") };
  // Waits before an end in order, which a command of a template never gets: it ends in time, or is killed.
  for (const key of ["splay", "kill_timeout"]) exec.duration(key);
  refuseUnknown(exec);
  return read;
};

/** `wait { min, max }` or `"5s:10s"`; without a maximum it is four times the minimum. */
const waitOf = (members: Members): TemplateConfig["wait"] => {
  const value = members.value("wait");
  if (value === undefined) return undefined;
  if (value.kind === "string") return waitOfText(members, value.value);
  const block = members.block("wait");
  const enabled = block?.flag("enabled");
  const min = block?.duration("min") ?? 0;
  const max = block?.duration("max") ?? 4 * min;
  if (block) refuseUnknown(block);
  if (max < min) throw new AgentError("wait: min must be less than max");
  return enabled === false || max === 0 ? undefined : { min, max };
};

const waitOfText = (members: Members, text: string): TemplateConfig["wait"] => {
  const parts = text.trim().split(":");
  if (text.trim() === "") throw new AgentError("wait: cannot be empty");
  if (parts.length > 2) throw new AgentError("wait: invalid format");
  const [min = 0, max = 4 * min] = parts.map((value) => {
    try {
      return durationOf({ kind: "string", value });
    } catch (error) {
      throw error instanceof DurationError ? members.refuse("wait", error.message) : error;
    }
  });
  if (max < min) throw new AgentError("wait: min must be less than max");
  return { min, max };
};

const onlyOne = ({ source, contents }: TemplateText): void => {
  if (!source && !contents) throw new AgentError("template: must specify exactly one of 'source' or 'contents'");
  if (source && contents) throw new AgentError("template: cannot specify both 'source' and 'contents'");
};

const templateOf = (members: Members): TemplateConfig => {
  const text = textOf(members);
  const destination = members.name("destination");
  const [perms, command, wait] = [permsOf(members), commandsOf(members), waitOf(members)];
  const user = members.name("user") ?? idOf(members, "uid");
  const group = members.name("group") ?? idOf(members, "gid");
  const rest = {
    createDestDirs: members.flag("create_dest_dirs") ?? true,
    backup: members.flag("backup") ?? false,
    errorFatal: members.flag("error_fatal") ?? true,
  };
  refuseUnknown(members);
  onlyOne(text);
  if (destination === undefined) throw new AgentError("template: missing destination");
  return {
    ...text,
    ...rest,
    destination,
    ...defined({ perms, command, wait, user, group }),
  };
};

const idOf = (members: Members, key: "uid" | "gid"): string | undefined => {
  const id = members.integer(key);
  if (id !== undefined && id < 0) throw members.refuse(key, "cannot be negative");
  return id?.toString();
};

export const templatesOf = (file: Members): readonly TemplateConfig[] => blocks(file, "template").map(templateOf);

/** What only a file has. */
const NOT_FOR_VARIABLES = [
  "backup",
  "command",
  "command_timeout",
  "create_dest_dirs",
  "destination",
  "exec",
  "perms",
  "user",
  "uid",
  "group",
  "gid",
  "wait",
  "sandbox_path",
];
const ENV_FIELDS = [
  ...NOT_FOR_VARIABLES,
  "contents",
  "source",
  "error_on_missing_key",
  "error_fatal",
  "left_delimiter",
  "right_delimiter",
  "function_denylist",
  "function_blacklist",
];

export interface EnvTemplateBlock extends EnvTemplateConfig {
  /** A key that is refused for variables; told after the checks that go before it. */
  readonly refused?: string;
}

export const envTemplatesOf = (file: Members): readonly EnvTemplateBlock[] =>
  labelled(file, "env_template", ENV_FIELDS).map(({ labels, members }) => {
    const text = textOf(members);
    const errorFatal = members.flag("error_fatal") ?? true;
    const refused = NOT_FOR_VARIABLES.find((key) => members.items(key).length > 0);
    refuseUnknown(members);
    const [name] = labels;
    if (labels.length !== 1 || name === undefined) {
      throw new AgentError(`expected one and only one environment variable name, got ${labels.length}`);
    }
    return { ...text, name, errorFatal, ...defined({ refused }) };
  });

const INTERVAL = 300 * SECOND;
const CONNECTIONS = 10;
const THRESHOLD = 0.9;

export const templateServerOf = (members: Members | undefined): TemplateServerConfig => {
  const connections = members?.integer("max_connections_per_host") ?? CONNECTIONS;
  const threshold = members?.number("lease_renewal_threshold") ?? THRESHOLD;
  if (connections < 1) throw new AgentError("max_connections_per_host must be at least 1");
  if (threshold <= 0 || threshold > 1) throw new AgentError("lease_renewal_threshold must be above 0 and at most 1");
  return {
    exitOnRetryFailure: members?.flag("exit_on_retry_failure") ?? false,
    staticSecretRenderInterval: members?.duration("static_secret_render_interval") || INTERVAL,
    maxConnectionsPerHost: connections,
    leaseRenewalThreshold: threshold,
  };
};

/** `restart_on_secret_changes` as written: its check comes after those of the whole configuration. */
export interface ExecBlock extends Omit<ExecConfig, "restartOnSecretChanges"> {
  readonly restartOnSecretChanges: string;
}

export const execOf = (members: Members): ExecBlock => {
  const value = members.value("command");
  if (value !== undefined && value.kind !== "list") throw members.wrong("command", "a list of texts", value);
  const read = {
    command: members.texts("command") ?? [],
    restartOnSecretChanges: members.name("restart_on_secret_changes") ?? "always",
    restartStopSignal: signalOf(members.name("restart_stop_signal") ?? "SIGTERM"),
  };
  refuseUnknown(members);
  return read;
};

export const isRestart = (text: string): text is ExecConfig["restartOnSecretChanges"] =>
  text === "always" || text === "never";

export const refuseRestart = (text: string): AgentError =>
  new AgentError(`'exec.restart_on_secret_changes' unexpected value: ${shown(text)}`);
