/** A new handheld: the code from the supervisor's screen, typed, or carried by the address. */
import { enrol } from "../device";
import { go, query } from "../route";
import type { Database } from "../store";
import { t } from "../text/words";
import { Corner } from "../ui/corner";
import { Field, Form } from "../ui/form";

export function EnrolPage({ database }: { database: Database }) {
  return (
    <div class="paper">
      <Corner />
      <h1>{t("enrol_title")}</h1>
      <p class="muted">{t("enrol_hint")}</p>
      <Form go={t("enrol_go")} busy={t("enrol_busy")} onSubmit={async (values) => {
        await enrol(database, values["code"]!, values["name"]!);
        go("/floor");
      }}>
        <Field label={t("enrol_code")} name="code" value={query.value.get("code") ?? ""} autofocus
          autocomplete="off" />
        <Field label={t("enrol_name")} name="name" optional />
      </Form>
      <a href="/sign-in">{t("desk_instead")}</a>
    </div>
  );
}
