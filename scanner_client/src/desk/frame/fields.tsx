/** Fields of the desk's forms, beside ui/form's Field: choices, long texts, quantities, ticks. */
import type { ComponentChildren } from "preact";
import { parse } from "../../quantity";

export interface Choice {
  value: string;
  text: string;
}

interface SelectProps {
  label: string;
  name?: string;
  value: string;
  choices: readonly Choice[];
  /** The words for "no choice made"; left out, one must be made. */
  none?: string;
  onChange?: (value: string) => void;
}

export function Select({ label, name, value, choices, none, onChange }: SelectProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name} value={value} onChange={(event) => onChange?.(event.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {choices.map((each) => <option key={each.value} value={each.value}>{each.text}</option>)}
      </select>
    </label>
  );
}

/** The same without a label of its own in sight: for the line of filters above a table. */
export function FilterSelect({ label, value, choices, none, onChange }: SelectProps) {
  return (
    <select value={value} aria-label={label} onChange={(event) => onChange?.(event.currentTarget.value)}>
      <option value="">{none ?? label}</option>
      {choices.map((each) => <option key={each.value} value={each.value}>{each.text}</option>)}
    </select>
  );
}

interface TextProps {
  label: string;
  name: string;
  value?: string;
  hint?: string;
  optional?: boolean;
  rows?: number;
  onInput?: (value: string) => void;
}

export function TextArea({ label, name, value = "", hint, optional = false, rows = 3, onInput }: TextProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea name={name} defaultValue={value} rows={rows} required={!optional} data-manual spellcheck={false}
        aria-describedby={hint && `${name}-hint`} onInput={(event) => onInput?.(event.currentTarget.value)} />
      {hint && <span class="muted small" id={`${name}-hint`}>{hint}</span>}
    </label>
  );
}

interface QuantityProps extends Omit<TextProps, "rows"> {
  unit?: string;
}

/** Decimal text with at most six places, beside its unit. */
export function QuantityField({ label, name, value = "", hint, optional = false, unit, onInput }: QuantityProps) {
  const check = (input: HTMLInputElement): void => {
    input.setCustomValidity(!input.value || parse(input.value) !== null ? "" : input.title || "1.5");
  };
  return (
    <label class="field quantity-field">
      <span>{label}{unit && <span class="muted small"> {unit}</span>}</span>
      <input name={name} defaultValue={value} required={!optional} inputMode="decimal" autocomplete="off" data-manual
        class="right" aria-describedby={hint && `${name}-hint`}
        onInput={(event) => { check(event.currentTarget); onInput?.(event.currentTarget.value); }} />
      {hint && <span class="muted small" id={`${name}-hint`}>{hint}</span>}
    </label>
  );
}

export function Tick({ label, checked, onChange }: { label: ComponentChildren; checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
