import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow } from "../client/clock.ts";
import { kit } from "../texts/kit.ts";
import { announce } from "./announce.tsx";
import { Field, type FieldProps } from "./field.tsx";
import { durationText, exactTime, parseDuration, relativeTime } from "./times.ts";

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

export const Progress = ({
  value,
  max,
  label,
}: {
  readonly value: number;
  readonly max: number;
  readonly label: string;
}) => <progress class="progress" value={Math.max(0, Math.min(value, max))} max={max} aria-label={label} />;

interface CountdownProps {
  /** What ends: "Credentials of readonly". */
  readonly label: string;
  /** Milliseconds of the server's clock. */
  readonly endsAt: number;
  /** Seconds of the whole, for the bar. */
  readonly of: number;
  readonly onEnd?: (() => void) | undefined;
}

const SPOKEN = [60, 300];

/** A bar and the time left; read out at five minutes and at one. */
export const Countdown = ({ label, endsAt, of, onEnd }: CountdownProps) => {
  const left = Math.max(0, Math.ceil((endsAt - useNow(1_000)) / 1_000));
  const before = useRef(left);
  useEffect(() => {
    const passed = SPOKEN.find((mark) => before.current > mark && left <= mark && left > 0);
    if (passed !== undefined) announce(kit.countdown.soon(label, durationText(left)));
    if (before.current > 0 && left === 0) onEnd?.();
    before.current = left;
  }, [left]);
  return (
    <div class="countdown">
      <Progress value={left} max={Math.max(of, 1)} label={label} />
      <span class="small">{left > 0 ? kit.countdown.left(durationText(left)) : kit.countdown.ended}</span>
    </div>
  );
};

interface DurationFieldProps extends FieldProps {
  /** As Vault reads it: `1h`, `90` (seconds). Empty: not given. */
  readonly value: string;
  readonly onInput: (value: string) => void;
}

export const DurationField = ({ value, onInput, hint = kit.duration.hint, error, ...field }: DurationFieldProps) => (
  <Field
    {...field}
    hint={hint}
    error={error ?? (value === "" || parseDuration(value) !== undefined ? undefined : kit.duration.bad)}
  >
    {(tied) => (
      <input
        {...tied}
        class="input mono short"
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    )}
  </Field>
);
