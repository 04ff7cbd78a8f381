/** Behind the person's name: what needs attention, and the few things that are not a task. */
import { Hand, Languages, LayoutGrid, LogOut, Moon, RefreshCw, Sun } from "lucide";
import { refusal, t, language, chooseLanguage, type Text } from "../text/words";
import type { Attention } from "../outbox/commands";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";
import { chooseHand, chooseTheme, leftHand, theme } from "../ui/theme";
import type { Floor } from "./floor";

interface MoreProps {
  floor: Floor;
  onClose: () => void;
  onSwitch: () => void;
}

const TASK_OF: Record<string, Text> = {
  receive_line: "task_receive", put_away: "task_put_away", move_stock: "task_move",
  pick_line: "task_pick", count_line: "task_count", finish_count: "task_count", undo: "key_undo",
};

export function More({ floor, onClose, onSwitch }: MoreProps) {
  const { items, places } = floor.catalogue.value;
  const dark = theme.value === "dark";
  return (
    <Sheet title={t("more")} onClose={onClose}>
      <Attentions floor={floor} />
      <div class="answers">
        <button onClick={() => { floor.choose(null); onClose(); }}>
          <Icon of={LayoutGrid} />{t("tasks_title")}
        </button>
        <div class="pair">
          <button onClick={() => void chooseLanguage(language.value === "zh" ? "en" : "zh")}>
            <Icon of={Languages} />{t("language_other")}
          </button>
          <button onClick={() => chooseTheme(dark ? "light" : "dark")}>
            <Icon of={dark ? Sun : Moon} />{t(dark ? "theme_light" : "theme_dark")}
          </button>
        </div>
        <div class="pair">
          <button aria-pressed={leftHand.value} onClick={() => chooseHand(!leftHand.value)}>
            <Icon of={Hand} />{t("left_hand")}
          </button>
          <button onClick={() => { void floor.sync(); floor.send(); }}>
            <Icon of={RefreshCw} />{t("sync_now")}
          </button>
        </div>
        <button onClick={onSwitch}><Icon of={LogOut} />{t("switch_user")}</button>
        <button class="quiet" onClick={onClose}>{t("close")}</button>
      </div>
      <p class="muted small">
        {t("catalogue", { items: String(items), places: String(places) })} · {__APP_VERSION__}
      </p>
    </Sheet>
  );
}

function Attentions({ floor }: { floor: Floor }) {
  const waiting = floor.attention.value;
  if (!waiting.length) return null;
  return (
    <section class="attentions">
      <h3>{t("attention", { n: String(waiting.length) })}</h3>
      <p class="muted small">{t("attention_hint")}</p>
      {waiting.map((each) => (
        <div class="attention" key={each.command.id}>
          <div>
            <b>{t(TASK_OF[each.command.type] ?? "attention_title")} {about(each)}</b>
            <p>{refusal(each.code, each.fields)}</p>
          </div>
          <button onClick={() => void floor.attended(each.command.id)}>{t("attention_done")}</button>
        </div>
      ))}
    </section>
  );
}

function about({ command: { body } }: Attention): string {
  const parts = [body["item"], body["quantity"] ?? body["counted"], body["unit"]];
  const places = [body["from"], body["location"], body["to"]].filter(Boolean).join(" → ");
  return [...parts.filter(Boolean), places].filter(Boolean).join(" · ");
}
