/** The desk: who sits at it, the bar, the navigation, and the page the address means. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { go, path } from "../../route";
import { t } from "../../text/words";
import "../../ui/desk.css";
import { clockTime } from "../format";
import { follow, following } from "../poller";
import { me, whoAmI } from "../session";
import "./frame.css";
import { Help } from "./help";
import { listenAtDesk, useHotkeys } from "./keyboard";
import { Nav } from "./nav";
import { openScan } from "./open_thing";
import { Choosing, Palette } from "./palette";
import { loadPlaces } from "./places";
import { routeOf } from "./routes";
import { said } from "./said";
import { Empty, Failure, Loading } from "./states";
import { StepUp } from "./step_up";
import { Top } from "./top";
import { f, worded } from "./words";
import { wordsFor } from "./work";

export function Desk() {
  const problem = useSignal("");
  const placed = useSignal(false);
  const enter = (): void => {
    problem.value = "";
    settle().then((known) => {
      if (known) placed.value = true;
      else go(signInFrom(location.pathname + location.search));
    }, (error) => { problem.value = wordsFor(error); });
  };
  useEffect(enter, []);
  if (problem.value)
    return (
      <div class="paper">
        <h1>{t("error_title")}</h1>
        <p>{problem.value}</p>
        <button class="main" onClick={enter}>{t("retry")}</button>
      </div>
    );
  if (!me.value || !placed.value || !worded()) return <p class="paper muted">{t("loading")}</p>;
  return <Seated />;
}

/** Whether somebody is signed in; then with the places they work at. */
async function settle(): Promise<boolean> {
  if (!me.value && !(await whoAmI())) return false;
  await loadPlaces();
  return true;
}

/** The sign-in page that leads back here. */
export function signInFrom(here: string): string {
  return here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`;
}

function Seated() {
  const sheet = useSignal<"" | "menu" | "palette" | "help">("");
  const close = (): void => { sheet.value = ""; };
  // Pages follow what concerns them; this keeps the question going where a page follows nothing.
  useEffect(() => follow(async () => undefined), []);
  useEffect(() => listenAtDesk((scan) => void openScan(scan)), []);
  useEffect(() => onPaletteKey(() => { sheet.value = sheet.value === "palette" ? "" : "palette"; }), []);
  useEffect(() => {
    close();
    said.value = null;
  }, [path.value]);
  useHotkeys([
    { keys: ["?"], label: "?", text: f("key_help"), act: () => { sheet.value = "help"; } },
    { keys: [], label: "Ctrl K", text: f("key_palette"), act: () => undefined },
    { keys: [], label: f("scanner"), text: f("key_scan"), act: () => undefined },
  ]);
  return (
    <div class="desk">
      <Top onMenu={() => (sheet.value = "menu")} onPalette={() => (sheet.value = "palette")} onHelp={() => (sheet.value = "help")} />
      <Nav open={sheet.value === "menu"} onClose={close} />
      <div class="page"><Page /></div>
      <Lines />
      {sheet.value === "palette" && <Palette onClose={close} />}
      {sheet.value === "help" && <Help onClose={close} />}
      <Choosing />
      <StepUp />
    </div>
  );
}

function Page() {
  const route = routeOf(path.value);
  useEffect(() => { document.title = route ? `${f(route.title)} · ${t("brand")}` : t("brand"); }, [route, f("pages")]);
  if (!route)
    return <main class="alone"><Empty title={f("no_page_title")} action={<a href="/">{f("no_page_go")}</a>}>{f("no_page")}</Empty></main>;
  if (!me.value?.permissions?.includes(route.permission))
    return <main class="alone"><Empty title={f("no_right_title")}>{f("no_right", { permission: route.permission })}</Empty></main>;
  const { page: Of } = route;
  return <main key={route.path}><Of waiting={<Loading />} failed={(again: () => void) => <Failure problem={f("page_offline")} onRetry={again} />} /></main>;
}

/** What just happened, and whether the figures are still followed. */
function Lines() {
  const [news, late] = [said.value, !following.value.well];
  return (
    <div class="lines">
      {late && <p class="late" role="status">{f("stale", { time: clockTime(following.value.at) })}</p>}
      {news && (
        <p class={`said-line ${news.tone}`} role={news.tone === "bad" ? "alert" : "status"}>
          <span>{news.text}{news.link && <> <a href={news.link.to}>{news.link.text}</a></>}</span>
          <button class="quiet" onClick={() => (said.value = null)}>{f("said_close")}</button>
        </p>
      )}
    </div>
  );
}

function onPaletteKey(toggle: () => void): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    toggle();
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
