/** The label's size, and its fields with the samples the preview shows. */
import type { Bilingual } from "./words";
import type { DesignDocument, DesignField } from "./document";
import { change } from "./editing";
import { language } from "../../text/words";
import { inWords, l } from "./words";

export function FieldsForm({ design }: { design: DesignDocument }) {
  const size = (at: number, value: number): void => {
    const size_mm = design.size_mm.map((each, index) => (index === at ? value : each)) as [number, number];
    change({ ...design, size_mm });
  };
  const sample = (at: number, value: string): void => change({
    ...design, fields: design.fields.map((each, index) => (index === at ? withSample(each, value) : each)),
  });
  return (
    <section>
      <h2>{l("design_fields")}</h2>
      <div class="fields">
        {(["prop_width", "prop_height"] as const).map((text, at) => (
          <label class="field" key={text}><span>{l(text)}, mm</span>
            <input type="number" step="0.1" value={design.size_mm[at]} data-manual onChange={(event) => size(at, Number(event.currentTarget.value))} />
          </label>
        ))}
        {design.fields.map((field, at) => (
          <label class="field" key={field.name}><span>{inWords(field.title, field.name)} <span class="code muted small">{`{${field.name}}`}</span></span>
            <input value={inWords(field.sample)} data-manual spellcheck={false} onChange={(event) => sample(at, event.currentTarget.value)} />
          </label>
        ))}
      </div>
    </section>
  );
}

/** A sample in two languages stays so. */
function withSample(field: DesignField, value: string): DesignField {
  const sample: Bilingual = typeof field.sample === "object" ? { ...field.sample, [language.value]: value } : value;
  return { ...field, sample };
}
