import { defined } from "../std/defined.ts";
import { fraction, type RandomSource, systemRandom } from "../std/random.ts";
import { type Clock, systemClock } from "../std/time.ts";
import { holdingTimer, pause, type Timer } from "../std/timer.ts";
import { type Endpoint, readAddress } from "./address.ts";
import { type Connections, openConnections } from "./connections.ts";
import type { Answer, Call, Client, ClientSettings, RawAnswer, RawRequest } from "./contract.ts";
import { readBody, readEnvelope, readErrors } from "./envelope.ts";
import { ConnectionError, ResponseError } from "./errors.ts";
import { type Begun, exchange, readAll } from "./exchange.ts";
import { forwarded, returned } from "./raw.ts";
import { mayRetry, readRetryAfter, retryWait, USUAL_RETRY } from "./retry.ts";
import { scrubber } from "./scrub.ts";
import { redirected, shownUrl, type Wire, wireOf } from "./wire.ts";

/**
 * The client of Vault's API that the agent, the command line and other programs share. It trusts the server whose
 * certificate it has checked, and nothing that server says about where else to go. It must never send a token to
 * another host, and never put one into an error.
 */

export * from "./contract.ts";
export { answerOf } from "./envelope.ts";
export { settingsFromEnvironment, variableOf } from "./environment.ts";
export { CallRefused, ConnectionError, foundBeside, ResponseError, SettingsError } from "./errors.ts";
export { type Lifetime, renewalWatcher, type Watcher, type WatcherEnd, type WatcherSettings } from "./renewal.ts";

/** What comes from outside, so that a test can bring its own. */
export interface ClientSurroundings {
  readonly clock: Clock;
  /** Must keep the process alive where the process must wait for an answer. */
  readonly timer: Timer;
  readonly random: RandomSource;
}

const USUAL: ClientSurroundings = { clock: systemClock, timer: holdingTimer, random: systemRandom };

/** As Vault's own clients. */
const USUAL_TIMEOUT = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;
const REDIRECTS = new Set([301, 302, 307, 308]);

class HttpClient implements Client {
  readonly #settings: ClientSettings;
  readonly #surroundings: ClientSurroundings;
  readonly #connections: Connections;
  readonly #owned: boolean;

  constructor(settings: ClientSettings, surroundings: ClientSurroundings, shared?: Connections) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#connections = shared ?? openConnections(readAddress(settings.address), settings);
    this.#owned = shared === undefined;
  }

  get #endpoint(): Endpoint {
    return this.#connections.endpoint;
  }

  async call(call: Call): Promise<Answer> {
    const { timer, random } = this.#surroundings;
    const retry = call.retry ?? this.#settings.retry ?? USUAL_RETRY;
    const wire = wireOf(call, this.#settings, this.#endpoint);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(call, wire);
      } catch (failure) {
        if (attempt >= retry.retries || !mayRetry(failure)) throw failure;
        const asked = failure instanceof ResponseError ? failure.retryAfter : undefined;
        await pause(timer, retryWait(retry, attempt, fraction(random), asked), call.signal);
        call.signal?.throwIfAborted();
      }
    }
  }

  async send(request: RawRequest): Promise<RawAnswer> {
    const limit = request.timeout ?? this.#settings.timeout ?? USUAL_TIMEOUT;
    const begun = await exchange(this.#connections, this.#surroundings.timer, {
      ...forwarded(request, this.#endpoint),
      limit,
    });
    begun.release();
    return returned(begun.response);
  }

  with(changes: Partial<ClientSettings>): Client {
    const apart = ["address", "tls", "keepAlive", "maxConnections", "proxy"].some((name) => name in changes);
    return new HttpClient({ ...this.#settings, ...changes }, this.#surroundings, apart ? undefined : this.#connections);
  }

  close(): void {
    if (this.#owned) this.#connections.close();
  }

  async #once(call: Call, wire: Wire): Promise<Answer> {
    const begun = await this.#begin(call, wire);
    const { location } = begun.response.headers;
    const isRedirect = REDIRECTS.has(begun.response.statusCode ?? 0);
    if (!isRedirect || location === undefined) return this.#answer(call, wire, begun);
    await this.#drop(begun);
    if (this.#settings.redirects === false) throw this.#broken("it redirects, and redirects are turned off");
    const there = redirected(wire, this.#endpoint, location, scrubber(call));
    const second = await this.#begin(call, there);
    if (!REDIRECTS.has(second.response.statusCode ?? 0)) return this.#answer(call, there, second);
    await this.#drop(second);
    throw this.#broken("it redirects twice");
  }

  #begin({ signal }: Call, { method, target, headers, body }: Wire): Promise<Begun> {
    const limit = this.#settings.timeout ?? USUAL_TIMEOUT;
    const request = { method, target, headers, limit, ...defined({ signal, body }) };
    return exchange(this.#connections, this.#surroundings.timer, request);
  }

  async #drop(begun: Begun): Promise<void> {
    await readAll(begun, this.#endpoint.origin, MOST_BYTES);
  }

  #broken(reason: string): ConnectionError {
    return new ConnectionError(this.#endpoint.origin, reason, false);
  }

  async #answer(call: Call, wire: Wire, begun: Begun): Promise<Answer> {
    const { response } = begun;
    const status = response.statusCode ?? 0;
    const bytes = await readAll(begun, this.#endpoint.origin, MOST_BYTES);
    const body = bytes.length === 0 ? undefined : readBody(bytes);
    const secret = body === undefined ? undefined : readEnvelope(body);
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
    );
    const answer = { status, headers, ...defined({ secret, body }) };
    if (status >= 400) throw this.#refusal(call, wire, answer, bytes);
    if (status >= 300) throw this.#broken(`it answered ${status}, which says nothing`);
    if (bytes.length > 0 && secret === undefined) throw this.#broken("the answer is not Vault's JSON");
    return answer;
  }

  #refusal(call: Call, wire: Wire, answer: Answer, bytes: Buffer): ResponseError {
    const { errors, raw } = readErrors(answer.body, bytes);
    const scrub = scrubber(call);
    return new ResponseError({
      method: wire.method,
      url: scrub(shownUrl(wire, this.#endpoint)),
      namespace: wire.headers["x-vault-namespace"],
      status: answer.status,
      errors: errors.map(scrub),
      raw,
      retryAfter: readRetryAfter(answer.headers["retry-after"], this.#surroundings.clock.now()),
      answer,
    });
  }
}

/** Throws `SettingsError` for an address or TLS files that cannot be used. Nothing is sent before the first call. */
export const createClient = (settings: ClientSettings, surroundings: Partial<ClientSurroundings> = {}): Client =>
  new HttpClient(settings, { ...USUAL, ...surroundings });
