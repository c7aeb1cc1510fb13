import type { Socket } from "node:net";
import { BindRequest, ExtendedRequest, type Filter, PagedResultsControl, SearchRequest } from "ldapts";
import {
  AddressRefused,
  createDial,
  type Dial,
  type Guard,
  NoAnswer,
  NoConnection,
  secureSocket,
  type TlsTerms,
} from "../../../outgoing/index.ts";
import { shown } from "../../../std/shown.ts";
import { BOUND, type Entry, EXTENDED, SEARCHED } from "./answers.ts";
import { type Conversation, converse } from "./conversation.ts";
import { type Place, placeOf } from "./urls.ts";

/**
 * A connection to a directory: dialled through the guard, encrypted where it must be, with all its work under one
 * deadline. Referrals are not followed, and a connection that breaks is not replaced.
 */

/** What the connections of one login share. */
export interface Terms {
  /** Tried in this order; the first that answers counts. */
  readonly urls: readonly string[];
  readonly startTls: boolean;
  readonly tls: TlsTerms;
  readonly connectMs: number;
  readonly requestMs: number;
  readonly aliases: "never" | "find" | "search" | "always";
  /** Milliseconds that are left for everything. */
  readonly left: () => number;
}

export interface Search {
  readonly base: string;
  readonly scope: "sub" | "base";
  readonly filter: Filter;
  readonly attributes: readonly string[];
  /** Entries at most; 0: as many as the directory gives. */
  readonly most: number;
  /** Entries of a page; 0: everything at once. */
  readonly page: number;
}

export interface Found {
  readonly code: number;
  readonly entries: readonly Entry[];
}

export interface Directory {
  /** An empty password binds as nobody, whatever the name. Answers the result's code. */
  bind(dn: string, password: string): Promise<number>;
  /** Entries found before a result other than success are among the answer. */
  search(search: Search): Promise<Found>;
  close(): void;
}

/** No URL could be connected to. The message names them, as Vault's does; `reason` says what happened. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  readonly reason: string;
  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

const START_TLS = "1.3.6.1.4.1.1466.20037";

const startTls = async (socket: Socket, { host }: Place, terms: Terms, limitMs: number): Promise<Socket> => {
  const plain = converse(socket);
  const { code } = await plain.ask(
    (messageId) => new ExtendedRequest({ messageId, oid: START_TLS }),
    EXTENDED,
    limitMs,
  );
  if (code !== 0) throw new NoConnection("the server refuses StartTLS");
  return secureSocket(plain.release(), host, terms.tls, limitMs);
};

const connectTo = async (dial: Dial, place: Place, terms: Terms, mostMs: number): Promise<Conversation> => {
  const limitMs = Math.max(0, Math.min(terms.connectMs, mostMs));
  const socket = await dial({ host: place.host, port: place.port }, limitMs);
  try {
    if (place.secure) return converse(await secureSocket(socket, place.host, terms.tls, limitMs));
    return converse(terms.startTls ? await startTls(socket, place, terms, limitMs) : socket);
  } catch (cause) {
    socket.on("error", () => undefined).destroy();
    throw cause;
  }
};

/** What callers may know of a failed connection, and what operators may. */
const explain = (cause: unknown): readonly [wire: string, reason: string] | undefined => {
  if (cause instanceof AddressRefused || cause instanceof NoConnection) return [cause.message, cause.reason];
  return cause instanceof NoAnswer ? ["no connection", `no answer: ${cause.reason}`] : undefined;
};

const connect = async (dial: Dial, terms: Terms): Promise<Conversation> => {
  const told: string[] = [];
  const reasons: string[] = [];
  for (const [index, url] of terms.urls.entries()) {
    const place = placeOf(url);
    // A share of the time for each URL that is left, and one for what is to be asked: a silent host takes only its own.
    const shares = terms.urls.length - index + 1;
    if (typeof place === "string") {
      told.push(place);
      continue;
    }
    try {
      return await connectTo(dial, place, terms, terms.left() / shares);
    } catch (cause) {
      const explained = explain(cause);
      if (!explained) throw cause;
      told.push(`error connecting to host ${shown(url)}: ${explained[0]}`);
      reasons.push(`${shown(url)}: ${explained[1]}`);
    }
  }
  throw new Unreachable(told.join("; ") || "no LDAP URL is configured", reasons.join("; ") || "no usable URL");
};

const directoryOver = (conversation: Conversation, terms: Terms): Directory => {
  const limit = (): number => Math.min(terms.requestMs, terms.left());

  const searchPage = ({ base, scope, filter, attributes, most, page }: Search, cookie: Buffer) =>
    conversation.ask(
      (messageId) =>
        new SearchRequest({
          messageId,
          baseDN: base,
          scope,
          filter,
          attributes: [...attributes],
          sizeLimit: most,
          timeLimit: Math.ceil(limit() / 1000),
          derefAliases: terms.aliases,
          controls: page > 0 ? [new PagedResultsControl({ critical: true, value: { size: page, cookie } })] : [],
        }),
      SEARCHED,
      limit(),
    );

  return {
    bind: async (dn, password) => {
      // Made here and not by a client, which takes a name such as EXTERNAL for another kind of bind.
      const { code } = await conversation.ask(
        (messageId) => new BindRequest({ messageId, dn, password }),
        BOUND,
        limit(),
      );
      return code;
    },
    search: async (search) => {
      const entries: Entry[] = [];
      for (let cookie: Buffer = Buffer.alloc(0); ; ) {
        const outcome = await searchPage(search, cookie);
        entries.push(...outcome.entries);
        if (outcome.code !== 0 || search.page === 0 || outcome.cookie.length === 0)
          return { code: outcome.code, entries };
        ({ cookie } = outcome);
      }
    },
    close: () => conversation.close(),
  };
};

export type Open = (terms: Terms) => Promise<Directory>;

/** Throws `Unreachable`. What it opens throws `NoConnection` or `NoAnswer`. */
export const createOpen = (guard: Guard): Open => {
  const dial = createDial(guard);
  return async (terms) => directoryOver(await connect(dial, terms), terms);
};
