import type { ComponentChildren } from "preact";
import { kit } from "../texts/kit.ts";
import { type DiffRow, linesOf } from "./diff-rows.ts";

const SIGNS = { same: " ", added: "+", removed: "−" } as const;

interface DiffTextProps extends Pick<DiffRow, "before" | "after"> {
  /** How a line's text is drawn. */
  readonly children: (text: string) => ComponentChildren;
}

/** Two texts line by line. It is all in the document: what is secret is drawn only once somebody asked for it. */
export const DiffText = ({ children, ...texts }: DiffTextProps) => (
  <div class="diff-lines">
    {linesOf(texts).map(({ change, text }, index) => (
      <div key={index} class={`diff-line ${change}`}>
        <span class="unseen-text">{kit.diff[change]}: </span>
        <span class="diff-sign" aria-hidden="true">
          {SIGNS[change]}
        </span>
        <span>{children(text)}</span>
      </div>
    ))}
  </div>
);
