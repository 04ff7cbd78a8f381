/** The first run: the printed token makes the first administrator and the first warehouse. */
import { call } from "../api/client";
import { go, query } from "../route";
import { language, t } from "../text/words";
import { Corner } from "../ui/corner";
import { Field, Form } from "../ui/form";
import { signIn } from "./session";

export function SetUpPage() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "Asia/Shanghai";
  return (
    <div class="paper">
      <Corner />
      <h1>{t("set_up_title")}</h1>
      <p class="muted">{t("set_up_hint")}</p>
      <Form go={t("set_up_go")} busy={t("sign_in_busy")} onSubmit={setUp}>
        <Field label={t("set_up_token")} name="token" value={query.value.get("token") ?? ""} autofocus
          autocomplete="off" />
        <h2>{t("set_up_you")}</h2>
        <Field label={t("set_up_name")} name="name" autocomplete="name" />
        <Field label={t("login")} name="login" autocomplete="username" />
        <Field label={t("password")} name="password" type="password" hint={t("set_up_password_hint")}
          autocomplete="new-password" />
        <h2>{t("set_up_site")}</h2>
        <Field label={t("set_up_site_code")} name="code" value="MAIN" />
        <Field label={t("set_up_site_zh")} name="name_zh" optional />
        <Field label={t("set_up_site_en")} name="name_en" optional />
        <Field label={t("set_up_time_zone")} name="time_zone" value={zone} />
      </Form>
      <a href="/sign-in">{t("set_up_over")}</a>
    </div>
  );
}

async function setUp(values: Record<string, string>): Promise<void> {
  const [token, name, login, password] = ["token", "name", "login", "password"].map(
    (field) => values[field]!,
  ) as [string, string, string, string];
  const [code, name_zh, name_en, time_zone] = ["code", "name_zh", "name_en", "time_zone"].map(
    (field) => values[field]!,
  ) as [string, string, string, string];
  await call("post", "/api/v1/set-up", {
    body: {
      token: token.trim(), name, login, password, language: language.value,
      site: { code, name_zh, name_en, time_zone },
    },
  });
  await signIn(login, password);
  go("/stock");
}
