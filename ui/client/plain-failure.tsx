import { useEffect, useState } from "preact/hooks";
import { announce, Button, Link } from "../kit/index.ts";
import { failures } from "../texts/failures.ts";
import type { Failure } from "./api.ts";
import { parentOfMissing, repeatable, shownPath } from "./failure.ts";
import { useSession } from "./session.ts";
import { useListener } from "./use-listener.ts";

/** Every failure but a denial. Reads are repeated when the server said they may be; writes only by a click. */

const { titles } = failures;

const isSealed = ({ status, errors }: Failure): boolean =>
  status === 503 && errors.some((text) => /sealed/i.test(text));

const titleOf = (failure: Failure): string => (isSealed(failure) ? titles.sealed : titles[failure.kind]);

/** Seconds that are left of the server's `Retry-After`; 0 at its end or where there was none. */
const useWait = (failure: Failure): number => {
  const [left, setLeft] = useState(failure.retryAfter ?? 0);
  useEffect(() => {
    const until = performance.now() + (failure.retryAfter ?? 0) * 1000;
    const count = (): void => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    count();
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [failure]);
  return left;
};

/** Asks again by itself, once, when the wait is over or the network is back. */
const useRepeat = (failure: Failure, left: number, again: (() => void) | undefined): void => {
  const waited = (failure.retryAfter ?? 0) > 0 && left === 0;
  const byItself = again !== undefined;
  useEffect(() => {
    if (byItself && waited) again();
    // The wait of one failure ends once; `again` may be another function at every drawing.
  }, [byItself, waited, failure]);
  useListener(["online"], () => again?.(), { active: byItself && failure.kind === "network" });
};

const Missing = ({ failure }: { readonly failure: Failure }) => {
  const { secretMounts } = useSession();
  const { path } = failure.request;
  const parent = parentOfMissing(path, secretMounts);
  return (
    <>
      <p>{failures.notFound(shownPath(path, secretMounts))}</p>
      <p>
        <Link href={parent.href}>{failures.parent(parent.path)}</Link>
      </p>
    </>
  );
};

const Errors = ({ errors }: { readonly errors: readonly string[] }) => (
  <ul class="failure-errors">
    {errors.map((text) => (
      <li key={text}>{text}</li>
    ))}
  </ul>
);

const wordsOf = (failure: Failure): string => {
  switch (failure.kind) {
    case "unavailable":
      return isSealed(failure) ? failures.sealed : failures.unavailable;
    case "gateway":
      return failures.gateway(failure.status);
    case "invalid":
      return failure.errors.length > 0 ? "" : failures.invalid;
    case "not-found":
      return failures.notFound(failure.request.path);
    case "denied":
      return failures.denied;
    default:
      return failures[failure.kind];
  }
};

const SAID = new Set<Failure["kind"]>(["invalid", "busy", "unavailable", "denied"]);

export const PlainFailure = ({
  failure,
  again,
  byClick,
}: {
  readonly failure: Failure;
  readonly again: (() => void) | undefined;
  readonly byClick?: boolean | undefined;
}) => {
  const left = useWait(failure);
  const byItself = !byClick && repeatable(failure.request);
  useRepeat(failure, left, byItself ? again : undefined);
  const title = titleOf(failure);
  useEffect(() => announce(title), [failure, title]);
  const missing = failure.kind === "not-found" && failure.request.as === undefined;
  const words = wordsOf(failure);
  return (
    <section class="failure" aria-label={title}>
      <h2>{title}</h2>
      {missing ? <Missing failure={failure} /> : words !== "" && <p>{words}</p>}
      {SAID.has(failure.kind) && failure.errors.length > 0 && <Errors errors={failure.errors} />}
      {left > 0 && <p>{byItself ? failures.waitRead(left) : failures.wait(left)}</p>}
      {again && failure.kind !== "not-found" && (
        <p>
          <Button onClick={again} disabled={left > 0}>
            {failures.again}
          </Button>
        </p>
      )}
    </section>
  );
};
