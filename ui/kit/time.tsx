import { useEffect, useState } from "preact/hooks";
import { serverNow } from "../client/clock.ts";
import { exactTime, relativeTime } from "./times.ts";

/** Times by the server's clock. */

/** Milliseconds of the server's clock, looked at again every `every` milliseconds. */
export const useNow = (every = 30_000): number => {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
};

/** Relative, with the exact one at hand; `exact`: both are drawn. `at` in milliseconds. */
export const Time = ({ at, exact }: { readonly at: number; readonly exact?: boolean | undefined }) => {
  const now = useNow();
  const written = exactTime(at);
  return (
    <time dateTime={new Date(at).toISOString()} title={written}>
      {relativeTime(at, now)}
      {exact && <span class="muted">, {written}</span>}
    </time>
  );
};
