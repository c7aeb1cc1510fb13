import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { Button } from "./button.tsx";

const STEP = 200;

/** Of a list that may be long, what is drawn: 200 at first, and 200 more at each press of the button under it. */
export const useDrawn = <T,>(all: readonly T[]): readonly [drawn: readonly T[], more: ComponentChildren] => {
  const [count, setCount] = useState(STEP);
  const left = all.length - count;
  const more = left > 0 && (
    <p>
      <Button onClick={() => setCount(count + STEP)}>{kit.more(Math.min(STEP, left))}</Button>
    </p>
  );
  return [all.slice(0, count), more];
};
