import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { BSON, MongoClient } from "mongodb";

/**
 * A server that speaks MongoDB's wire protocol as far as the driver and the engine use it: greeting, SCRAM-SHA-256 and
 * the commands for users, with the error numbers of a real one. No real server can be had from package registries, so
 * what holds here is what MongoDB's documentation says of these commands, not what a real server was seen to do.
 * Source: MongoDB documentation, "Wire Protocol", "User Management Commands", "Error Codes"; RFC 5802.
 */

export const MONGO_ADMIN = { username: "vaultadmin", password: "adminpw" } as const;

type Doc = Readonly<Record<string, unknown>>;

interface User {
  readonly name: string;
  readonly db: string;
  password: string;
  roles: readonly unknown[];
}

interface Connection {
  user?: User;
  login?: { readonly user: User; readonly first: string; readonly server: string; readonly salt: Buffer };
}

export interface TestMongo {
  readonly port: number;
  /** What an operator writes into `connection_url`. */
  readonly url: string;
  /** Every user, by database and name. */
  readonly users: Map<string, User>;
  /** Commands that came, greetings left out. */
  readonly commands: { readonly db: string; readonly command: Doc }[];
  /** What the server's clock adds to this machine's, in milliseconds. */
  skew: number;
  /** Changes what the server says of itself. */
  hello: Doc;
  /** Answers in the place of the server, where it answers something; awaited. */
  before: (db: string, command: Doc) => Promise<Doc | undefined>;
  add(name: string, password: string, db?: string, roles?: readonly unknown[]): void;
  /** With the real driver, over the real protocol. */
  logsIn(username: string, password: string, db?: string): Promise<boolean>;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
const ITERATIONS = 4096;
const KNOWN_ROLES = /^(?:read|readWrite|dbAdmin|userAdmin|userAdminAnyDatabase|root)$/;

const fail = (code: number, codeName: string, errmsg: string): Doc => ({ ok: 0, code, codeName, errmsg });
const OK: Doc = { ok: 1 };

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const field = (text: string, name: string): string => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(text)?.[1] ?? "";
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const bytes = (value: unknown): string =>
  value instanceof BSON.Binary ? Buffer.from(value.buffer).subarray(0, value.position).toString() : "";

const payload = (text: string, done: boolean): Doc => ({
  ok: 1,
  conversationId: 1,
  done,
  payload: new BSON.Binary(Buffer.from(text)),
});

const begin = (connection: Connection, users: Map<string, User>, db: string, command: Doc): Doc => {
  if (command["mechanism"] !== "SCRAM-SHA-256") return fail(334, "MechanismUnavailable", "no such mechanism");
  const first = bytes(command["payload"]).replace(/^n,,/, "");
  const user = users.get(`${db}.${field(first, "n").replaceAll("=2C", ",").replaceAll("=3D", "=")}`);
  if (!user) return fail(18, "AuthenticationFailed", "Authentication failed.");
  const salt = randomBytes(16);
  const server = `r=${field(first, "r")}${randomBytes(12).toString("hex")},s=${salt.toString("base64")},i=${ITERATIONS}`;
  connection.login = { user, first, server, salt };
  return payload(server, false);
};

const finish = (connection: Connection, command: Doc): Doc => {
  const { login } = connection;
  const last = bytes(command["payload"]);
  if (!login) return fail(17, "ProtocolError", "No SASL session state found");
  const salted = pbkdf2Sync(login.user.password, login.salt, ITERATIONS, 32, "sha256");
  const key = hmac(salted, "Client Key");
  const message = `${login.first},${login.server},${last.replace(/,p=.*$/, "")}`;
  const signature = hmac(createHash("sha256").update(key).digest(), message);
  const proof = Buffer.from(key.map((byte, index) => byte ^ (signature[index] ?? 0))).toString("base64");
  if (field(last, "p") !== proof) return fail(18, "AuthenticationFailed", "Authentication failed.");
  connection.user = login.user;
  return payload(`v=${hmac(hmac(salted, "Server Key"), message).toString("base64")}`, true);
};

const rolesOf = (command: Doc): readonly unknown[] => (Array.isArray(command["roles"]) ? command["roles"] : []);
const isKnown = (role: unknown): boolean =>
  KNOWN_ROLES.test(typeof role === "string" ? role : textOf(Object(role)["role"]));

/** A request's document and how to answer it. Source: "Wire Protocol", OP_QUERY (2004) and OP_MSG (2013). */
const requestIn = (message: Buffer): { readonly db: string; readonly command: Doc; readonly legacy: boolean } => {
  if (message.readInt32LE(12) === 2004) {
    const end = message.indexOf(0, 20);
    const db = message.toString("utf8", 20, end).replace(/\.\$cmd$/, "");
    return { db, command: BSON.deserialize(message.subarray(end + 9)), legacy: true };
  }
  const command = BSON.deserialize(message.subarray(21));
  return { db: textOf(command["$db"]), command, legacy: false };
};

const answerTo = (message: Buffer, document: Doc, legacy: boolean): Buffer => {
  const body = Buffer.from(BSON.serialize(document));
  const head = Buffer.alloc(legacy ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(message.readInt32LE(4), 8);
  head.writeInt32LE(legacy ? 1 : 2013, 12);
  if (legacy) {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return Buffer.concat([head, body]);
};

export interface MongoOptions {
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Stop it in `afterAll`. */
export const startMongo = async (options: MongoOptions = {}): Promise<TestMongo> => {
  const users = new Map<string, User>();
  const sockets = new Set<Socket>();
  const at = (db: string, name: unknown): User | undefined => users.get(`${db}.${textOf(name)}`);

  const info = (command: Doc): Doc => {
    const asked: Doc = Object(command["usersInfo"]);
    const filter: Doc = Object(command["filter"]);
    const found = [...users.values()].filter(({ name, db }) =>
      asked["forAllDBs"] === true ? name === filter["user"] : name === asked["user"] && db === asked["db"],
    );
    return { ok: 1, users: found.map(({ name, db, roles }) => ({ _id: `${db}.${name}`, user: name, db, roles })) };
  };

  const manage = (db: string, command: Doc): Doc => {
    const [name] = Object.keys(command);
    const user = name === undefined ? undefined : at(db, command[name]);
    if (name === "createUser") {
      if (user) return fail(51003, "Location51003", "User already exists");
      if (textOf(command["pwd"]) === "") return fail(2, "BadValue", "Must provide a 'pwd' field");
      mongo.add(textOf(command["createUser"]), textOf(command["pwd"]), db, rolesOf(command));
      return OK;
    }
    if (name === "usersInfo") return info(command);
    if (!user) return fail(11, "UserNotFound", `User '${textOf(command[name ?? ""])}@${db}' not found`);
    if (name === "dropUser") users.delete(`${db}.${user.name}`);
    if (name === "updateUser") user.password = textOf(command["pwd"]);
    if (name === "grantRolesToUser") {
      if (!rolesOf(command).every(isKnown)) return fail(31, "RoleNotFound", "Could not find role");
      user.roles = [...user.roles, ...rolesOf(command)];
    }
    return OK;
  };

  const answer = async (connection: Connection, db: string, command: Doc): Promise<Doc> => {
    const [name = ""] = Object.keys(command);
    if (/^(?:hello|ismaster)$/i.test(name)) {
      const localTime = new Date(Date.now() + mongo.skew);
      return {
        ok: 1,
        helloOk: true,
        isWritablePrimary: true,
        ismaster: true,
        localTime,
        maxWireVersion: 21,
        minWireVersion: 0,
        maxBsonObjectSize: 16_777_216,
        maxMessageSizeBytes: 48_000_000,
        maxWriteBatchSize: 100_000,
        ...mongo.hello,
      };
    }
    if (name === "saslStart") return begin(connection, users, db, command);
    if (name === "saslContinue") return finish(connection, command);
    if (name === "endSessions") return OK;
    mongo.commands.push({ db, command });
    const instead = await mongo.before(db, command);
    if (instead) return instead;
    const user = connection.user && at(connection.user.db, connection.user.name);
    if (!user) return fail(13, "Unauthorized", `command ${name} requires authentication`);
    if (name === "ping") return OK;
    if (!/^(?:createUser|updateUser|dropUser|usersInfo|grantRolesToUser)$/.test(name))
      return fail(59, "CommandNotFound", `no such command: '${name}'`);
    return user.roles.includes("root") ? manage(db, command) : fail(13, "Unauthorized", "not authorized");
  };

  const serve = (socket: Socket): void => {
    sockets.add(socket);
    const connection: Connection = {};
    let waiting = Buffer.alloc(0);
    let queue = Promise.resolve();
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 4 && waiting.length >= waiting.readInt32LE(0)) {
        const message = waiting.subarray(0, waiting.readInt32LE(0));
        waiting = waiting.subarray(message.length);
        queue = queue.then(async () => {
          const { db, command, legacy } = requestIn(message);
          const document = await answer(connection, db, command);
          if (!socket.destroyed) socket.write(answerTo(message, document, legacy));
        });
      }
    });
  };

  const server: Server = options.certificate ? createTlsServer(options.certificate, serve) : createServer(serve);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const mongo: TestMongo = {
    port,
    url: `mongodb://{{username}}:{{password}}@${HOST}:${port}/admin`,
    users,
    commands: [],
    skew: 0,
    hello: {},
    before: async () => undefined,
    add: (name, password, db = "admin", roles = ["root"]) => {
      users.set(`${db}.${name}`, { name, db, password, roles });
    },
    logsIn: async (username, password, db = "admin") => {
      const client = new MongoClient(`mongodb://${HOST}:${port}/`, {
        auth: { username, password },
        authSource: db,
        directConnection: true,
        serverSelectionTimeoutMS: 2000,
      });
      try {
        await client.connect();
        return true;
      } catch {
        return false;
      } finally {
        await client.close();
      }
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  mongo.add(MONGO_ADMIN.username, MONGO_ADMIN.password);
  return mongo;
};
