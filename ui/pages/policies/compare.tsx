import { diffLines } from "../../kit/diff-lines.ts";
import { kit } from "../../texts/kit.ts";

/** Two texts of a policy, line by line. A policy is not a secret: nothing is masked. */

const SIGNS = { same: " ", added: "+", removed: "−" } as const;

export const Compare = ({ before, after }: { readonly before: string; readonly after: string }) => (
  <div class="diff-lines policies-compare">
    {diffLines(before, after).map((line, index) => (
      <div key={index} class={`diff-line ${line.change}`}>
        <span class="unseen-text">{kit.diff[line.change]}: </span>
        <span class="diff-sign" aria-hidden="true">
          {SIGNS[line.change]}
        </span>
        <span>{line.text}</span>
      </div>
    ))}
  </div>
);
