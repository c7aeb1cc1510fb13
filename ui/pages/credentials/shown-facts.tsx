import { Code, copyText, Fact, Facts, IconButton, SecretValue, Visible } from "../../kit/index.ts";
import { credentials } from "../../texts/credentials.ts";
import { kit } from "../../texts/kit.ts";
import type { Shown } from "./taken.ts";

/** What was given, by name: secrets as dots, the rest to read and copy. */

const fileOf = (name: string): string | undefined => {
  const files: Readonly<Record<string, string>> = credentials.files;
  return Object.hasOwn(files, name) ? files[name] : undefined;
};

const Plain = ({ name, value }: Shown) =>
  value.includes("\n") ? (
    <Code text={value} label={name} copy />
  ) : (
    <span class="credentials-plain">
      <span class="mono">
        <Visible text={value} />
      </span>
      <IconButton icon="copy" label={kit.copy(name)} onClick={() => void copyText(value, name)} />
    </span>
  );

export const ShownFacts = ({ shown }: { readonly shown: readonly Shown[] }) => (
  <Facts>
    {shown.map((one) => (
      <Fact key={one.name} name={one.name} mono>
        {one.secret ? (
          <SecretValue name={one.name} value={one.value} filename={fileOf(one.name)} lines />
        ) : (
          <Plain {...one} />
        )}
      </Fact>
    ))}
  </Facts>
);
