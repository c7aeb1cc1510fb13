import { execFile } from "node:child_process";
import type { Environment } from "../config/overrides.ts";
import type { Log } from "../contract.ts";

/**
 * Tells systemd about the service's state (`Type=notify`). The message is a datagram to a unix socket, which Node cannot
 * send, so a program of the machine sends it: `systemd-notify`, which comes with systemd, else `socat`, Python or Perl.
 * The unit needs `NotifyAccess=all`, because the sender is a child of the service's main process.
 */

/** Source: sd_notify(3). */
export type State = "READY=1" | "STOPPING=1" | `RELOADING=1\nMONOTONIC_USEC=${string}`;

const PYTHON = `import os,socket,sys
a=os.environ["NOTIFY_SOCKET"]
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
s.sendto(sys.argv[1].encode(),"\\0"+a[1:] if a[0]=="@" else a)`;

const PERL = `use Socket; my $a=$ENV{NOTIFY_SOCKET}; $a=~s/^@/\\0/;
socket(my $s,AF_UNIX,SOCK_DGRAM,0) or die; send($s,$ARGV[0],0,pack_sockaddr_un($a)) or die`;

interface Sender {
  readonly program: string;
  readonly args: readonly string[];
  readonly input?: string;
}

/** In the order in which they are tried. */
const sendersOf = (address: string, state: State): readonly Sender[] => [
  { program: "systemd-notify", args: ["--", ...state.split("\n")] },
  {
    program: "socat",
    args: ["-u", "-", address.startsWith("@") ? `ABSTRACT-SENDTO:${address.slice(1)}` : `UNIX-SENDTO:${address}`],
    input: state,
  },
  { program: "python3", args: ["-c", PYTHON, state] },
  { program: "perl", args: ["-e", PERL, state] },
];

/** A sender that waits longer waits for a manager that does not answer. */
const LIMIT = 3000;

const run = ({ program, args, input }: Sender, env: Environment): Promise<boolean> =>
  new Promise((resolve) => {
    const child = execFile(program, [...args], { env, timeout: LIMIT }, (error) => resolve(error === null));
    child.stdin?.on("error", () => undefined).end(input);
  });

export interface Systemd {
  /** Never throws; a message nobody could send is told to the log. */
  tell(state: State): Promise<void>;
}

/** Outside of systemd nothing is sent, and the log says so. */
export const systemdOf = (env: Environment, log: Log): Systemd => {
  const address = env["NOTIFY_SOCKET"] ?? "";
  if (!/^[/@]/.test(address)) {
    return {
      tell: async (state) =>
        log.debug("would have sent systemd notification (systemd not present)", { notification: state }),
    };
  }
  // The sender needs no more of the environment, which may hold the operator's secrets.
  const own = { NOTIFY_SOCKET: address, PATH: env["PATH"] ?? "/usr/bin:/bin" };
  let order = Promise.resolve();
  const send = async (state: State): Promise<void> => {
    for (const sender of sendersOf(address, state)) {
      if (!(await run(sender, own))) continue;
      log.debug("sent systemd notification", { notification: state, by: sender.program });
      return;
    }
    log.warn("cannot notify systemd: none of systemd-notify, socat, python3 and perl could send to NOTIFY_SOCKET");
  };
  return {
    tell: (state) => {
      order = order.then(() => send(state));
      return order;
    },
  };
};

/** Microseconds of the system's monotonic clock (CLOCK_MONOTONIC), as systemd compares them. */
const monotonicMicroseconds = (): bigint => process.hrtime.bigint() / 1000n;

/** A reload as systemd's `Type=notify-reload` wants it told: with the time of its monotonic clock. */
export const reloading = (): State => `RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}`;
