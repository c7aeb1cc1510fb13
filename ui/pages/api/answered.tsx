import type { Answer } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { JsonView, Note, Section, Visible } from "../../kit/index.ts";
import { api } from "../../texts/api.ts";

/** What the server answered: JSON with dots for values, or why not. */

/** Members other than `data`, and names in lists, hold no secret. */
const isPlain = (names: readonly string[]): boolean => {
  const [first] = names;
  return (first !== "data" && first !== "auth" && first !== "wrap_info") || names.join("/") === "data/keys";
};

interface AnsweredProps {
  readonly answer: Answer;
  readonly again: () => void;
}

export const Answered = ({ answer, again }: AnsweredProps) => {
  if (!answer.ok) return <Failed failure={answer} again={again} />;
  return (
    <Section title={api.answer}>
      {answer.warnings.length > 0 && (
        <Note kind="warn">
          {api.warnings}
          <ul>
            {answer.warnings.map((warning) => (
              <li key={warning}>
                <Visible text={warning} />
              </li>
            ))}
          </ul>
        </Note>
      )}
      {answer.text === "" ? <p>{api.done}</p> : <JsonView text={answer.text} label={api.answer} open={isPlain} />}
    </Section>
  );
};
