import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "ldapts";
import { type Certificate, makeCertificate } from "../unit/engines/database/support/certificate.ts";
import { freePort } from "./free-port.ts";

/**
 * A real OpenLDAP server (Debian's `slapd`) for one test file, with the people and groups of `directory.ldif`, on free
 * ports, with and without TLS. It runs as `nobody` where the tests run as root.
 */

const first = (...paths: readonly string[]): string | undefined => paths.find((path) => existsSync(path));
const DAEMON = first("/usr/sbin/slapd", "/usr/local/sbin/slapd", "/usr/libexec/slapd");
const ADD = first("/usr/sbin/slapadd", "/usr/local/sbin/slapadd");
const SCHEMA = first("/etc/ldap/schema", "/etc/openldap/schema");
const MODULES = first("/usr/lib/ldap", "/usr/lib/openldap");

export const hasSlapd = DAEMON !== undefined && ADD !== undefined && SCHEMA !== undefined;

const HOST = "127.0.0.1";
export const SUFFIX = "dc=golden,dc=test";
export const BINDER = { binddn: `cn=binder,${SUFFIX}`, bindpass: "binder-pw" };
const MANAGER = { name: `cn=manager,${SUFFIX}`, password: "manager-pw" };

export interface Slapd {
  readonly host: string;
  readonly port: number;
  /** `ldap://…`, which also understands StartTLS. */
  readonly url: string;
  /** `ldaps://…`. */
  readonly tlsUrl: string;
  /** The certificate of the server, which signs itself. */
  readonly ca: string;
  /** As one who may change everything. */
  change(work: (client: Client) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export interface SlapdOptions {
  /** Lines of `slapd.conf` before the database, and at its end. */
  readonly settings?: string;
  readonly limits?: string;
  readonly certificate?: Certificate;
}

const configuration = (folder: string, { settings = "", limits = "" }: SlapdOptions): string => `
${["core", "cosine", "nis", "inetorgperson"].map((name) => `include ${SCHEMA}/${name}.schema`).join("\n")}
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.11.99.1 NAME 'goldenPrincipal' SUP top AUXILIARY MAY ( userPrincipalName $ sAMAccountName ) )
pidfile ${folder}/pid
argsfile ${folder}/args
${MODULES === undefined ? "" : `modulepath ${MODULES}\nmoduleload back_mdb`}
TLSCACertificateFile ${folder}/cert.pem
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
allow bind_anon_dn
sizelimit 500
${settings}
database mdb
suffix ${SUFFIX}
rootdn ${MANAGER.name}
rootpw ${MANAGER.password}
directory ${folder}/data
maxsize 33554432
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=closed,${SUFFIX}" by dn.exact="${BINDER.binddn}" read by anonymous auth by * none
access to * by * read
${limits}
`;

const ended = (daemon: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) resolve();
    else daemon.once("exit", () => resolve());
  });

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", settle(true)).once("error", settle(false));
  });

/** Many times what a server takes on an idle machine. */
const WAIT_MS = 120_000;

const untilUp = async (daemon: ChildProcess, ports: readonly number[]): Promise<void> => {
  const started = performance.now();
  while (!(await Promise.all(ports.map(listens))).every(Boolean)) {
    if (daemon.exitCode !== null || performance.now() - started > WAIT_MS) throw new Error("slapd did not start");
    await sleep(10);
  }
};

/** Takes about a tenth of a second. Stop it in `afterAll`. */
export const startSlapd = async (options: SlapdOptions = {}): Promise<Slapd> => {
  if (DAEMON === undefined || ADD === undefined) throw new Error("there is no slapd on this machine");
  const isRoot = process.getuid?.() === 0;
  const folder = await mkdtemp(join(tmpdir(), "zeroth-slapd-"));
  await chmod(folder, 0o777);
  await mkdir(join(folder, "data"));
  await chmod(join(folder, "data"), 0o777);
  const certificate = options.certificate ?? makeCertificate(HOST, new Date(Date.UTC(2099, 0, 1)));
  const file = join(folder, "slapd.conf");
  await writeFile(file, configuration(folder, options));
  await writeFile(join(folder, "cert.pem"), certificate.cert);
  await writeFile(join(folder, "key.pem"), certificate.key);
  const people = fileURLToPath(new URL("./directory.ldif", import.meta.url));
  const added = spawnSync(ADD, ["-q", "-f", file, "-l", people], { timeout: WAIT_MS });
  if (added.status !== 0) throw new Error(`the directory was not filled: ${added.stderr.toString().slice(-500)}`);
  if (isRoot) spawnSync("chmod", ["-R", "a+rwX", join(folder, "data")]);
  const [port, tlsPort] = [await freePort(HOST), await freePort(HOST)];
  const daemon = spawn(
    DAEMON,
    [
      "-d",
      "0",
      "-f",
      file,
      "-h",
      `ldap://${HOST}:${port} ldaps://${HOST}:${tlsPort}`,
      ...(isRoot ? ["-u", "nobody"] : []),
    ],
    { stdio: "ignore" },
  );
  // Where the test process is ended, no server stays behind.
  const kill = () => daemon.kill("SIGKILL");
  process.once("exit", kill);
  await untilUp(daemon, [port, tlsPort]);
  const url = `ldap://${HOST}:${port}`;
  return {
    host: HOST,
    port,
    url,
    tlsUrl: `ldaps://${HOST}:${tlsPort}`,
    ca: certificate.cert,
    change: async (work) => {
      const client = new Client({ url });
      await client.bind(MANAGER.name, MANAGER.password);
      try {
        await work(client);
      } finally {
        await client.unbind();
      }
    },
    stop: async () => {
      daemon.kill("SIGTERM");
      await ended(daemon);
      process.removeListener("exit", kill);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
