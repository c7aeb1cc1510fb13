import { useState } from "preact/hooks";
import { order } from "../client/port.ts";
import type { Session } from "../client/session.ts";
import { Button, durationText, IconButton, useNow, Visible } from "../kit/index.ts";
import { shell } from "../texts/shell.ts";
import { Settings } from "./settings.tsx";

/** Who is signed in and for how long, and the ways out. */

const words = shell.who;

const Left = ({ endsAt }: { readonly endsAt: number | undefined }) => {
  const now = useNow();
  if (endsAt === undefined) return <>{words.endless}</>;
  return <>{endsAt <= now ? words.ended : words.left(durationText((endsAt - now) / 1000))}</>;
};

export const WhoIsHere = ({ session: { who } }: { readonly session: Session }) => {
  const [settings, setSettings] = useState(false);
  return (
    <div class="shell-who">
      <p>
        <strong>
          <Visible text={who.name} />
        </strong>
        <span class="muted small">
          <Left endsAt={who.endsAt} />
        </span>
      </p>
      <div class="shell-who-actions">
        <Button icon="lock" onClick={() => order({ kind: "lock" })}>
          {words.lock}
        </Button>
        <Button onClick={() => order({ kind: "sign-out" })}>{words.signOut}</Button>
        <IconButton icon="more" label={words.settings} onClick={() => setSettings(true)} />
      </div>
      {settings && <Settings onClose={() => setSettings(false)} />}
    </div>
  );
};
