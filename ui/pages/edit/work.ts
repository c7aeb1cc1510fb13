import type { Expiry } from "./expiry.ts";
import { type Choices, merged, type Row, rowsOf, type Side, sideOf, undecided, withValue } from "./merge.ts";
import { type Content, type Field, fromJson, isEmpty, newField, sameFields, sameValue, valueNamed } from "./model.ts";
import type { Found } from "./reading.ts";

/** Everything about an edit that is not saved yet: what a draft keeps. */

export interface Conflict {
  /** What both began with. */
  readonly before: Found;
  readonly theirs: Found;
  /** As they were when the conflict was found: `mine` is what was sent. */
  readonly rows: readonly Row[];
  readonly choices: Choices;
}

export interface Work {
  /** Of a new secret, what was typed after the folder. */
  readonly name: string;
  /** What the next save builds on; after a conflict, theirs. */
  readonly base: Found;
  readonly content: Content;
  readonly expiry: Expiry;
  /** Replacing what may not be read was confirmed. */
  readonly blind: boolean;
  readonly conflict: Conflict | undefined;
}

export const fieldsIn = (found: Found): readonly Field[] => (found.is === "stored" ? found.fields : []);

export const startOf = (base: Found): Work => {
  const fields = fieldsIn(base);
  return {
    name: "",
    base,
    content: { view: "fields", fields: fields.length > 0 ? fields : [newField()] },
    expiry: { is: "kept", date: "" },
    blind: false,
    conflict: undefined,
  };
};

/** The fields as they are now; `undefined`: the JSON is not one. */
export const currentFields = ({ content }: Work): readonly Field[] | undefined => {
  if (content.view === "fields") return content.fields;
  const read = fromJson(content.text, content.fields);
  return Array.isArray(read) ? read : undefined;
};

/** Whether anything would be lost. */
export const isChanged = (work: Work, start: Work): boolean => {
  if (work.name !== start.name || work.conflict !== undefined) return true;
  if (work.expiry.is !== start.expiry.is || work.expiry.date !== start.expiry.date) return true;
  const fields = currentFields(work);
  if (fields === undefined) return true;
  const kept = fieldsIn(work.base);
  return !sameFields(
    fields.filter((field) => !isEmpty(field) || kept.some(({ id }) => id === field.id)),
    kept,
  );
};

export const withFields = (work: Work, fields: readonly Field[]): Work => ({
  ...work,
  content: { view: "fields", fields },
});

/** What was sent is saved, and somebody went on writing meanwhile: that is the work now. */
export const withSaved = (work: Work, version: number | undefined, sent: readonly Field[]): Work => ({
  ...work,
  base: work.base.is === "unread" ? { ...work.base, version } : { is: "stored", version, fields: sent },
  expiry: { is: "kept", date: "" },
  conflict: undefined,
});

/** Another path: what was found at the old one says nothing about it. */
export const renamed = (work: Work, name: string): Work => ({
  ...work,
  name,
  base: { is: "absent" },
  conflict: undefined,
  blind: false,
});

/** Theirs becomes the base, and mine is merged over it; what both changed waits for a choice. */
export const withConflict = (work: Work, theirs: Found, sent: readonly Field[]): Work => {
  const rows = theirs.is === "stored" ? rowsOf(fieldsIn(work.base), theirs.fields, sent) : [];
  return {
    ...withFields(work, merged(rows, sent)),
    base: theirs,
    blind: false,
    conflict: { before: work.base, theirs, rows, choices: new Map() },
  };
};

export const withSide = (work: Work, row: Row, side: Side): Work => {
  const fields = currentFields(work);
  if (!work.conflict || !fields) return work;
  const choices = new Map(work.conflict.choices).set(row.name, side);
  return { ...withFields(work, withValue(fields, row.name, row[side])), conflict: { ...work.conflict, choices } };
};

export const withAll = (work: Work, side: Side): Work =>
  (work.conflict?.rows ?? []).reduce((before, row) => withSide(before, row, side), work);

/** What the field holds of the three: nothing, once it was edited by hand. */
export const chosenSide = (work: Work, row: Row): Side | "hand" | undefined => {
  const now = valueNamed(currentFields(work) ?? [], row.name);
  const side = sideOf(row, work.conflict?.choices ?? new Map());
  const expected = row[side ?? "mine"];
  return sameValue(now, expected) ? side : "hand";
};

/** Names of fields that both changed and nobody has decided on. */
export const openChoices = (work: Work): readonly string[] => {
  if (!work.conflict) return [];
  return undecided(work.conflict.rows, work.conflict.choices)
    .filter((row) => chosenSide(work, row) === undefined)
    .map(({ name }) => name);
};

/** A field's text put in the places of several, as they were pasted; rows that nobody filled go. */
export const withSplit = (fields: readonly Field[], id: number, parts: readonly Field[]): readonly Field[] =>
  fields.flatMap((field) => {
    if (field.id === id) return [...parts];
    return isEmpty(field) ? [] : [field];
  });
