/** A button whose second press names what it will do: nothing is destroyed by one click. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { f } from "./words";

interface ConfirmProps {
  /** The button at rest: "Retire". */
  label: ComponentChildren;
  /** The button that does it, with the consequence: "Retire SOAP-500: 12 pieces stay in the books". */
  consequence: string;
  onConfirm: () => void;
  disabled?: boolean;
  /** What cannot be taken back is red. */
  grave?: boolean;
  /** What it rests as: the one blue button of a view, or a plain one. */
  main?: boolean;
}

export function Confirm({ label, consequence, onConfirm, disabled = false, grave = true, main = false }: ConfirmProps) {
  const asking = useSignal(false);
  const sure = useRef<HTMLButtonElement>(null);
  useEffect(() => { if (asking.value) sure.current?.focus(); }, [asking.value]);
  if (!asking.value)
    return <button class={main ? "main" : ""} disabled={disabled} onClick={() => (asking.value = true)}>{label}</button>;
  return (
    <span class="confirm" role="group" aria-label={consequence} onKeyDown={(event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      asking.value = false;
    }}>
      <button ref={sure} class={grave ? "grave" : "main"} disabled={disabled}
        onClick={() => { asking.value = false; onConfirm(); }}>{consequence}</button>
      <button class="quiet" onClick={() => (asking.value = false)}>{f("keep")}</button>
    </span>
  );
}
