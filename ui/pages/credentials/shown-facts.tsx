import {
  Button,
  Code,
  copyText,
  Fact,
  Facts,
  IconButton,
  SecretValue,
  saveFile,
  Time,
  Visible,
} from "../../kit/index.ts";
import { credentials } from "../../texts/credentials.ts";
import { kit } from "../../texts/kit.ts";
import type { Shown } from "./taken.ts";

/** What was given, by name: secrets as dots, the rest to read and copy. */

const fileOf = (name: string): string | undefined => {
  const files: Readonly<Record<string, string>> = credentials.files;
  return Object.hasOwn(files, name) ? files[name] : undefined;
};

const Lines = ({ name, value }: Shown) => {
  const file = fileOf(name);
  return (
    <>
      <Code text={value} label={name} copy />
      {file !== undefined && (
        <Button kind="quiet" icon="download" label={credentials.saveFileOf(name)} onClick={() => saveFile(file, value)}>
          {credentials.saveFile}
        </Button>
      )}
    </>
  );
};

/** Known to be a moment, in seconds since 1970. */
const MOMENTS = new Set(["expiration"]);

const Plain = ({ name, value }: Shown) => (
  <span class="credentials-plain">
    <span class="mono">
      <Visible text={value} />
    </span>
    <IconButton icon="copy" label={kit.copy(name)} onClick={() => void copyText(value, name)} />
  </span>
);

const Value = (one: Shown) => {
  if (one.secret) return <SecretValue name={one.name} value={one.value} filename={fileOf(one.name)} lines />;
  if (MOMENTS.has(one.name) && /^\d+$/.test(one.value)) return <Time at={Number(one.value) * 1_000} exact />;
  return one.value.includes("\n") ? <Lines {...one} /> : <Plain {...one} />;
};

export const ShownFacts = ({ shown }: { readonly shown: readonly Shown[] }) => (
  <Facts>
    {shown.map((one) => (
      <Fact key={one.name} name={one.name} mono>
        <Value {...one} />
      </Fact>
    ))}
  </Facts>
);
