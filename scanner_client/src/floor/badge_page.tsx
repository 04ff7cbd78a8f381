/** A shift begins: scan the badge, type the PIN. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { device, signIn } from "../device";
import type { RawScan } from "../scan/engine";
import { listen } from "../scan/listen";
import type { Database } from "../store";
import { t } from "../text/words";
import { Corner } from "../ui/corner";
import { Field, Form } from "../ui/form";

export function BadgePage({ database, onIn }: { database: Database; onIn: () => void }) {
  const badge = useSignal("");
  const sink = useRef<HTMLTextAreaElement>(null);
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => listen(sink.current!, take), []);
  const input = (name: string) => page.current?.querySelector<HTMLInputElement>(`input[name=${name}]`);

  function take({ text }: RawScan): void {
    badge.value = text.normalize("NFKC").replace(/^W:\s*/i, "");
    const field = input("badge");
    if (field) field.value = badge.value;
    input("pin")?.focus();
  }
  return (
    <div class="paper" ref={page}>
      <textarea class="sink" ref={sink} inputMode="none" aria-hidden="true" tabIndex={-1} />
      <Corner />
      <h1>{t("badge_title")}</h1>
      <p class="muted">{t("badge_hint")} · {device.value?.name} · {device.value?.site_code}</p>
      <Form go={t("badge_go")} busy={t("sign_in_busy")} onSubmit={async (values) => {
        await signIn(database, values["badge"]!, values["pin"]!);
        onIn();
      }}>
        <Field label={t("badge")} name="badge" autocomplete="off" />
        <Field label={t("pin")} name="pin" type="password" inputMode="numeric" autocomplete="off" />
      </Form>
    </div>
  );
}
