import { createSocket } from "node:dgram";

/**
 * A name service for tests, over UDP on loopback: answers A, TXT and CNAME out of a table the test changes. Reads one
 * question of a packet and nothing else of it.
 */
export interface DnsServer {
  /** `address:port`. */
  readonly at: string;
  /** By lower-case name. */
  readonly records: Map<string, DnsRecords>;
  /** Names asked for, with the type. */
  readonly asked: string[];
  close(): Promise<void>;
}

export interface DnsRecords {
  readonly a?: readonly string[];
  readonly txt?: readonly string[];
  readonly cname?: string;
  /** Types that the name service fails at, as it does where the zone's own servers do not answer. */
  readonly fails?: readonly number[];
}

const TYPES: Readonly<Record<number, "a" | "cname" | "txt">> = { 1: "a", 5: "cname", 16: "txt" };

const SERVFAIL = 2;
const NXDOMAIN = 3;

const encodeName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split(".").map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, "latin1")])),
    Buffer.of(0),
  ]);

const questionIn = (packet: Buffer): { readonly name: string; readonly type: number; readonly end: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join(".").toLowerCase(), type: packet.readUInt16BE(at + 1), end: at + 5 };
};

const dataOf = (kind: "a" | "cname" | "txt", records: DnsRecords): readonly Buffer[] => {
  if (kind === "a") return (records.a ?? []).map((address) => Buffer.from(address.split(".").map(Number)));
  if (kind === "cname") return records.cname === undefined ? [] : [encodeName(records.cname)];
  return (records.txt ?? []).map((text) => Buffer.concat([Buffer.of(text.length), Buffer.from(text, "latin1")]));
};

const answered = (packet: Buffer, records: ReadonlyMap<string, DnsRecords>, asked: string[]): Buffer => {
  const { name, type, end } = questionIn(packet);
  const kind = TYPES[type];
  asked.push(`${kind ?? type} ${name}`);
  const found = records.get(name);
  const answers = found && kind ? dataOf(kind, found) : [];
  const head = Buffer.alloc(12);
  packet.copy(head, 0, 0, 2);
  const failed = found?.fails?.includes(type) === true;
  head.writeUInt16BE(0x8180 | (failed ? SERVFAIL : found ? 0 : NXDOMAIN), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  const rows = answers.map((data) => {
    const row = Buffer.alloc(12);
    row.writeUInt16BE(0xc00c, 0);
    row.writeUInt16BE(type, 2);
    row.writeUInt16BE(1, 4);
    row.writeUInt16BE(data.length, 10);
    return Buffer.concat([row, data]);
  });
  return Buffer.concat([head, packet.subarray(12, end), ...rows]);
};

export const startDns = async (): Promise<DnsServer> => {
  const socket = createSocket("udp4");
  const records = new Map<string, DnsRecords>();
  const asked: string[] = [];
  socket.on("message", (packet, peer) => {
    socket.send(answered(packet, records, asked), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    at: `127.0.0.1:${socket.address().port}`,
    records,
    asked,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};
