/** All of a design as text; taken over as soon as it is JSON with a size, fields and elements. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DesignDocument } from "./document";
import { change, draft } from "./editing";
import { l } from "./words";

export function JsonForm({ design }: { design: DesignDocument }) {
  const typed = useSignal(JSON.stringify(design, null, 2));
  const problem = useSignal("");
  useEffect(() => {
    // Taken back from outside: the text follows, unless it says the same already.
    if (!problem.value && said(typed.value) !== JSON.stringify(design)) typed.value = JSON.stringify(design, null, 2);
  }, [design]);
  const take = (text: string): void => {
    typed.value = text;
    try {
      const read = JSON.parse(text) as DesignDocument;
      const whole = Array.isArray(read.elements) && Array.isArray(read.fields) && Array.isArray(read.size_mm);
      if (!whole) throw new Error("size_mm, fields, elements");
      problem.value = "";
      change({ ...read, name: draft.value!.name });
    } catch (error) {
      problem.value = l("design_json_bad", { problem: (error as Error).message });
    }
  };
  return (
    <>
      <textarea class="code json" rows={26} value={typed.value} data-manual spellcheck={false} aria-label="JSON"
        onInput={(event) => take(event.currentTarget.value)} />
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
    </>
  );
}

function said(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return "";
  }
}
