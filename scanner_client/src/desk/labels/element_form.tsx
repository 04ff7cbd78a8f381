/** What can be set on one element; an empty field means its usual value. */
import { PROPERTIES, withProperty, wordsOf, type DesignDocument, type Kind } from "./document";
import { change } from "./editing";
import { l, wordedOr } from "./words";

const BOX = ["prop_x", "prop_y", "prop_width", "prop_height"] as const;

interface ElementFormProps {
  design: DesignDocument;
  at: number;
  wrong: { property: string; words: string } | null;
}

export function ElementForm({ design, at, wrong }: ElementFormProps) {
  const element = design.elements[at]!;
  const set = (name: string, value: unknown): void => change(withProperty(design, at, name, value));
  const place = (side: number, value: number): void =>
    set("box_mm", element.box_mm.map((each, index) => (index === side ? value : each)));
  return (
    <section class="element-form" data-element={at}>
      <h3>{wordedOr(`kind_${element.kind}`, element.kind)}</h3>
      {wrong && <p class="problem" role="alert">{wrong.words}</p>}
      <div class="fields">
        {BOX.map((text, side) => (
          <label class="field" key={text}><span>{l(text)}</span>
            <input type="number" step="0.1" value={element.box_mm[side]} data-manual name={text}
              onChange={(event) => place(side, Number(event.currentTarget.value))} />
          </label>
        ))}
      </div>
      <div class="fields">
        {(PROPERTIES[element.kind] ?? []).map(([name, kind]) => (
          <Property key={name} name={name} kind={kind} value={element[name]} wrong={wrong?.property === name}
            onChange={(value) => set(name, value)} />
        ))}
      </div>
    </section>
  );
}

interface PropertyProps {
  name: string;
  kind: Kind;
  value: unknown;
  wrong: boolean;
  onChange: (value: unknown) => void;
}

function Property({ name, kind, value, wrong, onChange }: PropertyProps) {
  const wide = kind === "words" ? " wide" : "";
  return (
    <label class={`field${wide}${wrong ? " wrong" : ""}`}><span>{wordedOr(`prop_${name}`, name)}</span>
      <Input name={name} kind={kind} value={value} onChange={onChange} />
    </label>
  );
}

function Input({ name, kind, value, onChange }: Omit<PropertyProps, "wrong">) {
  if (kind === "flag")
    return (
      <select value={String(value ?? true)} name={name} onChange={(event) => onChange(event.currentTarget.value === "true")}>
        <option value="true">✓</option>
        <option value="false">—</option>
      </select>
    );
  if (typeof kind !== "string")
    return (
      <select value={String(value ?? "")} name={name} onChange={(event) => onChange(chosen(name, event.currentTarget.value))}>
        <option value="">{l("usual")}</option>
        {kind.map((each) => <option key={each} value={each}>{wordedOr(`choice_${each}`, each)}</option>)}
      </select>
    );
  if (kind === "number" || kind === "whole")
    return (
      <input type="number" step={kind === "whole" ? 1 : "any"} value={(value ?? "") as number | string} data-manual name={name}
        placeholder={l("usual")} onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : Number(event.currentTarget.value))} />
    );
  const shown = typeof value === "string" || value === undefined ? (value ?? "") : JSON.stringify(value);
  return (
    <input value={shown} data-manual spellcheck={false} name={name} class={kind === "words" ? "code" : ""}
      onChange={(event) => onChange(typed(kind, event.currentTarget.value))} />
  );
}

function typed(kind: Kind, text: string): unknown {
  if (kind === "words") return wordsOf(text);
  return text || undefined;
}

function chosen(name: string, value: string): unknown {
  if (!value) return undefined;
  return name === "rotation" ? Number(value) : value;
}
