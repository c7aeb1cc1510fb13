import { useState } from "preact/hooks";
import { order, workerState } from "../client/port.ts";
import { chooseTheme, keptTheme, THEMES } from "../client/theme.ts";
import { Button, Dialog, Segmented, TextField } from "../kit/index.ts";
import { shell } from "../texts/shell.ts";

/** Colours, kept in this browser, and after how long it locks, kept for the session. */

const words = shell.settings;

const minutesIn = (text: string): number | undefined => {
  const minutes = Number(text);
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= 60 ? minutes : undefined;
};

export const Settings = ({ onClose }: { readonly onClose: () => void }) => {
  const [theme, setTheme] = useState(keptTheme);
  const [idle, setIdle] = useState(String(workerState()?.idleMinutes ?? ""));
  const minutes = minutesIn(idle);
  const done = (): void => {
    if (minutes === undefined) return;
    order({ kind: "idle", minutes });
    onClose();
  };
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      onSubmit={done}
      actions={
        <Button kind="primary" type="submit">
          {words.done}
        </Button>
      }
    >
      <Segmented
        label={words.theme}
        value={theme}
        onChange={(value) => {
          const chosen = THEMES.find((one) => one === value) ?? "system";
          setTheme(chosen);
          chooseTheme(chosen);
        }}
        options={THEMES.map((value) => ({ value, label: words.themes[value] }))}
      />
      <TextField
        label={words.idle}
        type="number"
        value={idle}
        onInput={setIdle}
        hint={words.idleHint}
        error={minutes === undefined ? words.idleBad : undefined}
      />
    </Dialog>
  );
};
