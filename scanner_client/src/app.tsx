/** Which page an address means, and for whom. */
import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { me, whoAmI } from "./desk/session";
import { device } from "./device";
import { go, path } from "./route";
import type { Database } from "./store";
import { t } from "./text/words";
import { later } from "./ui/later";

const LabelsPage = later(() => import("./desk/labels/labels_page").then((page) => page.LabelsPage));
const SetUpPage = later(() => import("./desk/set_up_page").then((page) => page.SetUpPage));
const SignInPage = later(() => import("./desk/sign_in_page").then((page) => page.SignInPage));
const StockPage = later(() => import("./desk/stock_page").then((page) => page.StockPage));
const EnrolPage = later(() => import("./floor/enrol_page").then((page) => page.EnrolPage));
const FloorPage = later(() => import("./floor/floor_page").then((page) => page.FloorPage));

interface AppProps {
  database: Database;
}

export function App({ database }: AppProps) {
  useEffect(() => onLinks(), []);
  if (path.value.startsWith("/labels")) return <AtDesk page={LabelsPage} />;
  switch (path.value) {
    case "/set-up":
      return <SetUpPage />;
    case "/sign-in":
      return <SignInPage />;
    case "/enrol":
      return <EnrolPage database={database} />;
    case "/floor":
      return device.value ? <FloorPage database={database} /> : <EnrolPage database={database} />;
    case "/stock":
      return <AtDesk page={StockPage} />;
    default:
      return <Elsewhere />;
  }
}

/** The bare address: a handheld goes to work, a desk to its stock. */
function Elsewhere() {
  useEffect(() => go(device.value ? "/floor" : "/stock"), []);
  return null;
}

function AtDesk({ page: Page }: { page: FunctionComponent }) {
  const problem = useSignal(false);
  const check = (): void => {
    problem.value = false;
    whoAmI().then((known) => { if (!known) go("/sign-in"); }, () => { problem.value = true; });
  };
  useEffect(() => { if (!me.value) check(); }, []);
  if (me.value) return <Page />;
  if (!problem.value) return <p class="paper muted">{t("loading")}</p>;
  return (
    <div class="paper">
      <h1>{t("error_title")}</h1>
      <p>{t("error_offline")}</p>
      <button class="main" onClick={check}>{t("retry")}</button>
    </div>
  );
}

/** Links of our own stay in the page: no reload, no loss of what is on the screen. */
function onLinks(): () => void {
  const follow = (event: MouseEvent): void => {
    const link = (event.target as Element).closest?.("a[href^='/']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.hasAttribute("download"))
      return;
    const href = link.getAttribute("href")!;
    if (href.startsWith("/api")) return;
    event.preventDefault();
    go(href);
  };
  document.addEventListener("click", follow);
  return () => document.removeEventListener("click", follow);
}
