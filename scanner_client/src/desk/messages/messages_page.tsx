/** Messages: channels, webhooks, templates, the log, boards; one tab each. */
import type { FunctionComponent } from "preact";
import { path } from "../../route";
import { Loading } from "../frame/states";
import { Boards } from "./boards";
import { Channels } from "./channels";
import { Log } from "./log";
import "./messages.css";
import { Templates } from "./templates";
import { Webhooks } from "./webhooks";
import { m, worded, type MessageText } from "./words";

const TABS: readonly (readonly [string, MessageText, FunctionComponent])[] = [
  ["/messages", "channels", Channels],
  ["/messages/webhooks", "webhooks", Webhooks],
  ["/messages/templates", "templates", Templates],
  ["/messages/log", "log", Log],
  ["/messages/boards", "boards", Boards],
];

export function MessagesPage() {
  if (!worded()) return <Loading />;
  const [at, , Tab] = TABS.find(([to]) => to === path.value) ?? TABS[0]!;
  return (
    <div class="messages">
      <nav class="tabs" aria-label={m("sections")}>
        {TABS.map(([to, text]) => <a key={to} href={to} aria-current={to === at ? "page" : undefined}>{m(text)}</a>)}
      </nav>
      <div class="messages-body" key={at}><Tab /></div>
    </div>
  );
}
