import { Field } from "../../kit/index.ts";

/** One of a few numbers that are far apart. */

interface SliderProps {
  readonly label: string;
  readonly steps: readonly number[];
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly format: (value: number) => string;
}

export const Slider = ({ label, steps, value, onChange, format }: SliderProps) => (
  <div class="status-slider">
    <Field label={label}>
      {(tied) => (
        <input
          {...tied}
          type="range"
          min={0}
          max={steps.length - 1}
          value={steps.indexOf(value)}
          aria-valuetext={format(value)}
          onInput={({ currentTarget }) => onChange(steps[currentTarget.valueAsNumber] ?? value)}
        />
      )}
    </Field>
    <output>{format(value)}</output>
  </div>
);
