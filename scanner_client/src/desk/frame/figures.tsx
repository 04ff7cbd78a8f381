/** Figures as people read them: tabular, a real minus, the unit beside them, a link to what is behind. */
import type { ComponentChildren } from "preact";
import { shown } from "../../quantity";
import { money } from "../format";

interface QuantityProps {
  value: string | null | undefined;
  unit?: string | undefined;
  /** A variance shows its plus and its colour. */
  signed?: boolean;
}

export function Quantity({ value, unit, signed = false }: QuantityProps) {
  if (value === null || value === undefined) return <span class="muted">—</span>;
  const plus = signed && !value.startsWith("-") && Number(value) !== 0;
  return (
    <span class={toneOf(value, signed)}>
      {plus && "+"}{shown(value)}{unit && <small class="muted"> {unit}</small>}
    </span>
  );
}

export function Money({ value, signed = false }: { value: string | null | undefined; signed?: boolean }) {
  if (value === null || value === undefined) return <span class="muted">—</span>;
  const plus = signed && !value.startsWith("-") && Number(value) !== 0;
  return <span class={toneOf(value, signed)}>{plus && "+"}{money(value)}</span>;
}

function toneOf(value: string, signed: boolean): string {
  if (value.startsWith("-")) return "figure minus";
  return signed && Number(value) !== 0 ? "figure plus" : "figure";
}

interface FigureProps {
  name: string;
  children: ComponentChildren;
  /** The rows behind it. */
  to?: string;
}

/** A row of big figures: <Figures><Figure name="On hand" to="/movements?…">12</Figure></Figures>. */
export function Figures({ children }: { children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

export function Figure({ name, children, to }: FigureProps) {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd><b>{to ? <a href={to}>{children}</a> : children}</b></dd>
    </div>
  );
}
