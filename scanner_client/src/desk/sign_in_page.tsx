import { go, query } from "../route";
import { t } from "../text/words";
import { Corner } from "../ui/corner";
import { Field, Form } from "../ui/form";
import { signIn } from "./session";

export function SignInPage() {
  return (
    <div class="paper">
      <Corner />
      <h1>{t("sign_in_title")}</h1>
      <Form go={t("sign_in_go")} busy={t("sign_in_busy")} onSubmit={async (values) => {
        await signIn(values["login"]!, values["password"]!);
        go(placeToGo());
      }}>
        <Field label={t("login")} name="login" autofocus autocomplete="username" />
        <Field label={t("password")} name="password" type="password" autocomplete="current-password" />
      </Form>
      <a href="/enrol">{t("enrol_instead")}</a>
      <a href="/set-up">{t("set_up_instead")}</a>
    </div>
  );
}

/** Where the reader wanted to go before signing in; only ever a page of ours. */
function placeToGo(): string {
  const next = query.value.get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : "/stock";
}
