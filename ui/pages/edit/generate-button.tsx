import { get } from "../../client/api.ts";
import { generatePassword } from "../../client/generate.ts";
import { textIn } from "../../client/read-json.ts";
import { announce, Menu, toast } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";

/** A password, by a policy of the server or made in the browser. It is put into the field unseen. */

interface GenerateProps {
  /** What is generated, in words. */
  readonly name: string;
  /** Password policies that the caller may use. */
  readonly policies: readonly string[];
  readonly onValue: (value: string) => void;
}

export const GenerateButton = ({ name, policies, onValue }: GenerateProps) => {
  const done = (value: string): void => {
    onValue(value);
    announce(edit.generated(name));
  };
  const byPolicy = async (policy: string): Promise<void> => {
    const answer = await get(`sys/policies/password/${policy}/generate`);
    const password = answer.ok ? textIn(answer.data, "password") : "";
    if (password === "") toast(edit.notGenerated(policy));
    else done(password);
  };
  const here = (): void => done(generatePassword());
  return (
    <Menu
      direct
      icon="dice"
      kind="quiet"
      label={edit.generate(name)}
      items={[
        ...policies.map((policy) => ({ label: edit.generateBy(policy), onSelect: () => void byPolicy(policy) })),
        { label: edit.generateHere, onSelect: here },
      ]}
    />
  );
};
