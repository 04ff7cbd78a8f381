/** Forms: one column, one blue button, what went wrong above it in words. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Problem } from "../api/client";
import { t } from "../text/words";

interface FieldProps {
  label: string;
  name: string;
  type?: "text" | "password";
  hint?: string;
  value?: string;
  autofocus?: boolean;
  optional?: boolean;
  inputMode?: "numeric" | "text";
  autocomplete?: string;
}

export function Field({ label, name, type = "text", hint, value, optional, ...rest }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name={name} type={type as "text"} defaultValue={value ?? ""} required={!optional} data-manual
        aria-describedby={hint && `${name}-hint`} spellcheck={false} {...rest}
      />
      {hint && <span class="muted small" id={`${name}-hint`}>{hint}</span>}
    </label>
  );
}

/** What the server answers to a password or PIN that is not theirs. */
const WRONG_SECRET = 401;

/** Nobody sees what they typed wrong in a field of dots: they begin it anew. */
function emptySecrets(form: HTMLFormElement): void {
  const secrets = form.querySelectorAll<HTMLInputElement>("input[type=password]");
  for (const secret of secrets) secret.value = "";
  secrets[0]?.focus();
}

interface FormProps {
  go: string;
  busy: string;
  onSubmit: (values: Record<string, string>) => Promise<void>;
  /** Where another button of the view is the blue one. */
  plain?: boolean;
  children: ComponentChildren;
}

export function Form({ go, busy, onSubmit, plain = false, children }: FormProps) {
  const problem = useSignal("");
  const working = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = Object.fromEntries(new FormData(form)) as Record<string, string>;
    problem.value = "";
    working.value = true;
    try {
      await onSubmit(values);
    } catch (error) {
      problem.value = error instanceof Problem ? error.message : t("error_offline");
      if (error instanceof Problem && error.status === WRONG_SECRET) emptySecrets(form);
    } finally {
      working.value = false;
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      {children}
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      <button class={plain ? "" : "main"} type="submit" disabled={working.value}>{working.value ? busy : go}</button>
    </form>
  );
}
