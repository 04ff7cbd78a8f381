/** The first run: the printed token makes the first administrator, and the first warehouse unless there is one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, Problem } from "../api/client";
import { go, query } from "../route";
import { language, nameOf, t } from "../text/words";
import { Corner } from "../ui/corner";
import { Field, Form } from "../ui/form";
import { signIn } from "./session";

interface Site { code: string; name_zh: string; name_en: string }

export function SetUpPage() {
  const sites = useSignal<Site[] | null>(null);
  const over = useSignal(false);
  useEffect(() => {
    call("get", "/api/v1/set-up").then(
      (answer) => { sites.value = answer.sites; },
      (error) => {
        if (error instanceof Problem && error.status === 404) over.value = true;
        else sites.value = [];
      },
    );
  }, []);
  return (
    <div class="paper">
      <Corner />
      <h1>{t("set_up_title")}</h1>
      {over.value ? <p>{t("set_up_is_over")}</p> : sites.value && <FirstRun sites={sites.value} />}
      <a href="/sign-in">{over.value ? t("sign_in_title") : t("set_up_over")}</a>
    </div>
  );
}

function FirstRun({ sites }: { sites: Site[] }) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "Asia/Shanghai";
  return (
    <>
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
        {sites.length > 0 ? <p>{t("set_up_takes_over", { sites: listed(sites) })}</p> : (
          <>
            <Field label={t("set_up_site_code")} name="code" value="MAIN" />
            <Field label={t("set_up_site_zh")} name="name_zh" optional />
            <Field label={t("set_up_site_en")} name="name_en" optional />
            <Field label={t("set_up_time_zone")} name="time_zone" value={zone} />
          </>
        )}
      </Form>
    </>
  );
}

/** 上海仓 (SH)、成都仓 (CD) */
function listed(sites: Site[]): string {
  return sites.map((site) => `${nameOf(site)} (${site.code})`).join(t("list_comma"));
}

async function setUp(values: Record<string, string>): Promise<void> {
  const [token, name, login, password] = ["token", "name", "login", "password"].map(
    (field) => values[field]!,
  ) as [string, string, string, string];
  const { code, name_zh, name_en, time_zone } = values;
  const site = code === undefined ? null
    : { code, name_zh: name_zh!, name_en: name_en!, time_zone: time_zone! };
  await call("post", "/api/v1/set-up", {
    body: { token: token.trim(), name, login, password, language: language.value, site },
  });
  await signIn(login, password);
  go("/stock");
}
