/** Approvals ask for the password again when the last time is too long ago, then go on by themselves. */
import { signal } from "@preact/signals";
import { call, Problem } from "../../api/client";
import { t } from "../../text/words";
import { Field, Form } from "../../ui/form";
import { Sheet } from "../../ui/sheet";
import { f } from "./words";

const asking = signal<{ resolve: () => void; reject: (why: unknown) => void } | null>(null);

/** Does the work; refused for want of a fresh password, it asks for one and does it again. */
export async function steppedUp<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "step_up_required") throw error;
    await new Promise<void>((resolve, reject) => {
      asking.value = { resolve, reject: () => reject(error) };
    });
    return work();
  }
}

/** Part of the frame: the sheet that asks. */
export function StepUp() {
  const waiting = asking.value;
  if (!waiting) return null;
  const close = (): void => {
    asking.value = null;
    waiting.reject(undefined);
  };
  return (
    <Sheet title={f("step_up_title")} onClose={close}>
      <p class="muted">{f("step_up_hint")}</p>
      <Form go={f("step_up_go")} busy={t("sign_in_busy")} onSubmit={async ({ password = "" }) => {
        await call("post", "/api/v1/sessions/step-up", { body: { password } });
        asking.value = null;
        waiting.resolve();
      }}>
        <Field label={t("password")} name="password" type="password" autofocus autocomplete="current-password" />
      </Form>
      <button class="quiet" onClick={close}>{t("cancel")}</button>
    </Sheet>
  );
}
