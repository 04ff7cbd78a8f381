/** Which page an address means, and for whom. */
import { useEffect } from "preact/hooks";
import { device } from "./device";
import { go, path } from "./route";
import type { Database } from "./store";
import { t } from "./text/words";
import { later } from "./ui/later";

const BoardPage = later(() => import("./board/board_page").then((page) => page.BoardPage));
const Desk = later(() => import("./desk/frame/desk").then((page) => page.Desk));
const SetUpPage = later(() => import("./desk/set_up_page").then((page) => page.SetUpPage));
const SignInPage = later(() => import("./desk/sign_in_page").then((page) => page.SignInPage));
const EnrolPage = later(() => import("./floor/enrol_page").then((page) => page.EnrolPage));
const FloorPage = later(() => import("./floor/floor_page").then((page) => page.FloorPage));

interface AppProps {
  database: Database;
}

export function App({ database }: AppProps) {
  useEffect(() => onLinks(), []);
  switch (path.value) {
    case "/set-up":
      return <SetUpPage />;
    case "/sign-in":
      return <SignInPage />;
    case "/enrol":
      return <EnrolPage database={database} />;
    case "/floor":
      return device.value ? <FloorPage database={database} /> : <EnrolPage database={database} />;
    case "/board":
      return <BoardPage />;
    case "/":
      return <Elsewhere />;
    default:
      return <Desk waiting={<p class="paper muted">{t("loading")}</p>} failed={Unread} />;
  }
}

/** The bare address: a handheld goes to work, a desk to its stock. */
function Elsewhere() {
  useEffect(() => go(device.value ? "/floor" : "/stock"), []);
  return null;
}

/** The desk's file could not be read: no network, or a new release took its place. */
function Unread() {
  return (
    <div class="paper">
      <h1>{t("error_title")}</h1>
      <p>{t("error_offline")}</p>
      <button class="main" onClick={() => location.reload()}>{t("retry")}</button>
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
