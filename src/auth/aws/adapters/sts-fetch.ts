import { type Fetch, NoConnection } from "../../../outgoing/index.ts";
import type { StsFetch } from "../ports.ts";

/** For both tries together, below what the front door waits. */
const DEADLINE_MS = 5000;
const MOST_BYTES = 64 * 1024;

/**
 * The fetcher of the forwarded request. `override` changes where it connects, never the `Host` that was signed.
 * `monotonic` is a clock in milliseconds that measures the deadline.
 */
export const stsFetch =
  (
    fetch: Fetch,
    { override, monotonic }: { readonly override?: string | undefined; readonly monotonic: () => number },
  ): StsFetch =>
  async (request) => {
    const end = monotonic() + DEADLINE_MS;
    const url = new URL(request.query === "" ? "/" : `/?${request.query}`, override ?? `https://${request.endpoint}`);
    const forward = () =>
      fetch({
        method: request.method,
        url,
        headers: { ...request.headers, host: request.host },
        body: request.method === "POST" ? request.body : undefined,
        deadlineMs: Math.max(1, end - monotonic()),
        mostBytes: MOST_BYTES,
      });
    for (let tries = request.retries; ; tries -= 1) {
      try {
        return await forward();
      } catch (cause) {
        if (!(cause instanceof NoConnection) || tries === 0 || monotonic() >= end) throw cause;
      }
    }
  };
