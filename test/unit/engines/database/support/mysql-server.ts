import { constants, createHash, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";

/**
 * The server's side of a MySQL login, as far as tests need it: greeting, TLS, and the ways to log in that a real
 * MariaDB does not have. Statements are refused, so that whoever hears of error 1064 got through.
 * Source: MySQL Source Code Documentation, "Connection Phase", "Caching_sha2_password information".
 */

export interface MysqlServer {
  readonly port: number;
  /** Connections so far. */
  dials(): number;
  /** Passwords that came as they are or inside an RSA message, and whether that connection was encrypted. */
  readonly passwords: readonly { readonly user: string; readonly password: string; readonly encrypted: boolean }[];
  close(): void;
}

export type Method = "refuse" | "caching_sha2_password" | "mysql_clear_password" | "client_ed25519";

interface Options {
  readonly certificate?: Certificate;
  readonly method?: Method;
  /** What `caching_sha2_password` expects; and whether the server remembers it. */
  readonly password?: string;
  readonly remembers?: boolean;
  /** Sent right behind the greeting, before any encryption. */
  readonly slippedIn?: Buffer;
}

const CHALLENGE = Buffer.from("0123456789abcdefghij");
const SSL = 0x800;
const CAPABILITIES = 0x00_08_a2_0f;

const packet = (sequence: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
};

const text = (value: string) => Buffer.from(`${value}\0`);

export const greeting = (hasTls: boolean, plugin: string): Buffer => {
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(hasTls ? CAPABILITIES | SSL : CAPABILITIES);
  return packet(
    0,
    Buffer.concat([
      Buffer.from([10]),
      text("8.0.36"),
      Buffer.from([1, 0, 0, 0]),
      CHALLENGE.subarray(0, 8),
      Buffer.from([0]),
      flags.subarray(0, 2),
      Buffer.from([45, 2, 0]),
      flags.subarray(2, 4),
      Buffer.from([21]),
      Buffer.alloc(10),
      CHALLENGE.subarray(8),
      Buffer.from([0]),
      text(plugin),
    ]),
  );
};

export const refusal = (sequence: number, number = 1045, state = "28000"): Buffer =>
  packet(
    sequence,
    Buffer.concat([Buffer.from([0xff, number & 255, number >> 8]), Buffer.from(`#${state}canary of the server's`)]),
  );

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, at) => byte ^ (b[at % b.length] ?? 0)));

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PUBLIC = publicKey.export({ type: "spki", format: "pem" }).toString();

/** Packets of a connection, one at a time. */
const reader = (socket: Socket) => {
  let read = Buffer.alloc(0);
  const waiting: ((body: { sequence: number; body: Buffer }) => void)[] = [];
  const flush = () => {
    while (waiting.length > 0 && read.length >= 4 && read.length >= 4 + read.readUIntLE(0, 3)) {
      const end = 4 + read.readUIntLE(0, 3);
      const [next] = waiting.splice(0, 1);
      const found = { sequence: read[3] ?? 0, body: read.subarray(4, end) };
      read = read.subarray(end);
      next?.(found);
    }
  };
  const take = (data: Buffer) => {
    read = Buffer.concat([read, data]);
    flush();
  };
  socket.on("data", take);
  return {
    next: () =>
      new Promise<{ sequence: number; body: Buffer }>((resolve) => {
        waiting.push(resolve);
        flush();
      }),
    /** What came behind the last packet is left to whoever reads next. */
    stop: () => {
      socket.removeListener("data", take).pause();
      if (read.length > 0) socket.unshift(read);
    },
  };
};

const userOf = (response: Buffer): string => response.subarray(32, response.indexOf(0, 32)).toString();

export const startMysql = async (options: Options = {}): Promise<MysqlServer> => {
  const { certificate, method = "refuse", password = "", remembers = false, slippedIn } = options;
  const passwords: { user: string; password: string; encrypted: boolean }[] = [];
  const sockets = new Set<Socket>();
  let dials = 0;

  const caching = async (socket: Socket, user: string, encrypted: boolean, first: number): Promise<void> => {
    const packets = reader(socket);
    socket.write(
      packet(first, Buffer.concat([Buffer.from([0xfe]), text("caching_sha2_password"), CHALLENGE, Buffer.from([0])])),
    );
    const token = await packets.next();
    const once = sha256(Buffer.from(password));
    const wanted = xor(once, sha256(sha256(once), CHALLENGE));
    if (!token.body.equals(wanted)) return void socket.end(refusal(token.sequence + 1));
    let { sequence } = token;
    if (remembers) {
      sequence += 1;
      socket.write(packet(sequence, Buffer.from([1, 3])));
    } else {
      socket.write(packet(sequence + 1, Buffer.from([1, 4])));
      let sent = await packets.next();
      if (sent.body.length === 1) {
        socket.write(packet(sent.sequence + 1, Buffer.concat([Buffer.from([1]), Buffer.from(PUBLIC)])));
        sent = await packets.next();
        const padding = constants.RSA_PKCS1_OAEP_PADDING;
        sent = {
          ...sent,
          body: xor(privateDecrypt({ key: privateKey, padding, oaepHash: "sha1" }, sent.body), CHALLENGE),
        };
      }
      sequence = sent.sequence;
      const came = sent.body.subarray(0, -1).toString();
      passwords.push({ user, password: came, encrypted });
      if (came !== password) return void socket.end(refusal(sequence + 1));
    }
    socket.write(packet(sequence + 1, OK));
    for (;;) {
      await packets.next();
      socket.write(refusal(1, 1064, "42000"));
    }
  };

  const converse = async (plain: Socket): Promise<void> => {
    const hello = greeting(certificate !== undefined, method === "refuse" ? "mysql_native_password" : "other");
    plain.write(slippedIn ? Buffer.concat([hello, slippedIn]) : hello);
    const before = reader(plain);
    let response = await before.next();
    let socket = plain;
    // A request for TLS is a response that ends before the user's name.
    if (certificate && response.body.length === 32) {
      before.stop();
      socket = new TLSSocket(plain, { isServer: true, ...certificate });
      socket.on("error", () => undefined);
      response = await reader(socket).next();
    } else {
      before.stop();
      socket.resume();
    }
    const user = userOf(response.body);
    const next = response.sequence + 1;
    if (method === "refuse") socket.end(refusal(next));
    else if (method === "caching_sha2_password") await caching(socket, user, socket !== plain, next);
    else {
      socket.write(packet(next, Buffer.concat([Buffer.from([0xfe]), text(method)])));
      const answer = await reader(socket).next();
      passwords.push({ user, password: answer.body.subarray(0, -1).toString(), encrypted: socket !== plain });
      socket.end(refusal(answer.sequence + 1));
    }
  };

  const server = createServer((socket) => {
    dials += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    converse(socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    dials: () => dials,
    passwords,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
