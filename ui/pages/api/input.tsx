import { DurationField, Segmented, TextArea, TextField } from "../../kit/index.ts";
import { api } from "../../texts/api.ts";
import type { Fault } from "./request.ts";
import type { Input } from "./spec.ts";

/** One input of a form, by its kind. Text has room for lines: what is pasted keeps them. */

interface InputProps {
  readonly input: Input;
  readonly value: string;
  readonly fault: Fault | undefined;
  readonly onInput: (value: string) => void;
}

const said = (fault: Fault | undefined): string | undefined => {
  if (!fault) return undefined;
  return fault.kind === "json" ? api.faults.json(fault.line, fault.column, fault.fault) : api.faults[fault.kind];
};

const hintOf = ({ kind, description }: Input): string => {
  const how = kind === "list" || kind === "map" || kind === "any" || kind === "number" ? api.hints[kind] : "";
  const sentence = description === "" || /[.!?]$/.test(description) ? description : `${description}.`;
  return [sentence.charAt(0).toUpperCase() + sentence.slice(1), how].filter(Boolean).join(" ");
};

const SWITCH = [
  { value: "", label: api.switch.unset },
  { value: "true", label: api.switch.on },
  { value: "false", label: api.switch.off },
];

export const InputField = ({ input, value, fault, onInput }: InputProps) => {
  const field = { label: input.name || api.freeLabel, value, hint: hintOf(input), error: said(fault) };
  if (input.kind === "switch") return <Segmented {...field} onChange={onInput} options={SWITCH} />;
  if (input.kind === "duration") return <DurationField {...field} onInput={onInput} />;
  if (input.secret) return <TextArea {...field} onInput={onInput} mono foreign masked />;
  if (input.where !== "body" || input.kind === "number")
    return <TextField {...field} onInput={onInput} mono required={input.where === "path"} />;
  return <TextArea {...field} onInput={onInput} mono foreign rows={input.name === "" ? 3 : 1} />;
};
