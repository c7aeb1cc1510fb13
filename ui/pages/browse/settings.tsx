import { useState } from "preact/hooks";
import type { KvPath } from "../../client/kv.ts";
import type { KvMetadata } from "../../client/kv-metadata.ts";
import { Button, Fact, Facts, Section, Visible } from "../../kit/index.ts";
import { browse } from "../../texts/browse.ts";
import { RemoveSecret } from "./remove.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";
import { draftOf } from "./settings-form.ts";
import type { Secret } from "./use-secret.ts";

/** Settings of a secret and its notes; both are metadata, and no secret. */

interface SettingsProps {
  readonly at: KvPath;
  readonly metadata: KvMetadata;
  readonly secret: Secret;
}

export const Settings = ({ at, metadata, secret }: SettingsProps) => {
  const [changing, setChanging] = useState(false);
  const { rights } = secret;
  const { deleteAfter } = draftOf(metadata);
  return (
    <>
      <Section
        title={browse.settings}
        actions={rights.settings && <Button onClick={() => setChanging(true)}>{browse.changeSettings}</Button>}
      >
        <Facts>
          <Fact name={browse.versionsKept}>{metadata.maxVersions === 0 ? browse.asMount : metadata.maxVersions}</Fact>
          <Fact name={browse.casRequired}>{metadata.casRequired ? browse.yes : browse.no}</Fact>
          <Fact name={browse.deleteAfter}>{deleteAfter === "" ? browse.never : deleteAfter}</Fact>
        </Facts>
      </Section>
      {metadata.custom.size > 0 && (
        <Section title={browse.custom}>
          <Facts>
            {[...metadata.custom].map(([name, value]) => (
              <Fact key={name} mono name={<Visible text={name} />}>
                <Visible text={value} />
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
      {rights.removeAll && <RemoveSecret at={at} />}
      {changing && (
        <SettingsDialog
          at={at}
          metadata={metadata}
          onClose={() => setChanging(false)}
          onSaved={() => {
            setChanging(false);
            secret.again();
          }}
        />
      )}
    </>
  );
};
