import { useEffect, useRef } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { announce } from "./announce.tsx";
import { durationText } from "./durations.ts";
import { useNow } from "./time.tsx";

/** How far something is. */

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
