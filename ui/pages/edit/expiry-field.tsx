import { serverNow } from "../../client/clock.ts";
import { Segmented, TextField } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import { dateIn, EXPIRIES, type Expiry } from "./expiry.ts";

/** When the version that is saved ends. */

interface ExpiryFieldProps {
  readonly expiry: Expiry;
  /** How it is without a choice, in words. */
  readonly kept: string;
  readonly error: string | undefined;
  readonly onChange: (expiry: Expiry) => void;
}

export const ExpiryField = ({ expiry, kept, error, onChange }: ExpiryFieldProps) => {
  // What never ends as it is need not be told so.
  const offered = EXPIRIES.filter((kind) => kind !== "never" || kept !== edit.expiry.never);
  const choose = (value: string): void => {
    const is = offered.find((kind) => kind === value);
    if (is === undefined) return;
    onChange({ is, date: is === "date" ? expiry.date || dateIn(7, serverNow()) : "" });
  };
  return (
    <div class="edit-expiry">
      <Segmented
        label={edit.expires}
        value={expiry.is}
        onChange={choose}
        options={offered.map((value) => ({
          value,
          label: value === "kept" ? kept : edit.expiry[value],
        }))}
      />
      {expiry.is === "date" && (
        <TextField
          label={edit.date}
          type="datetime-local"
          value={expiry.date}
          error={error}
          onInput={(date) => onChange({ is: "date", date })}
        />
      )}
      {expiry.is !== "never" && expiry.is !== "kept" && <p class="hint">{edit.expiryHint}</p>}
    </div>
  );
};
