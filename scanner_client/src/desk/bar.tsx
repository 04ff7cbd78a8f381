/** The top of every desk page: where one can go, how fresh the figures are, and who looks at them. */
import { CircleQuestionMark, LogOut, Radio } from "lucide";
import type { ComponentChildren } from "preact";
import { go, path } from "../route";
import { t, type Text } from "../text/words";
import { Choices } from "../ui/corner";
import { Icon } from "../ui/icon";
import { following } from "./poller";
import { me, signOut } from "./session";

const PLACES: readonly (readonly [string, Text])[] = [["/stock", "stock"], ["/labels", "labels"]];

interface BarProps {
  onHelp: () => void;
  children?: ComponentChildren;
}

export function Bar({ onHelp, children }: BarProps) {
  const leave = (): void => void signOut().then(() => go("/sign-in"));
  const { well } = following.value;
  return (
    <header class="bar">
      <b>{t("brand")}</b>
      <nav class="places" aria-label={t("places")}>
        {PLACES.map(([to, text]) => (
          <a key={to} href={to} aria-current={path.value.startsWith(to) ? "page" : undefined}>{t(text)}</a>
        ))}
      </nav>
      <div class="middle">{children}</div>
      <span class={well ? "pill fine live" : "pill bad live"}>
        <Icon of={Radio} size={14} />{t(well ? "stock_following" : "stock_not_following")}
      </span>
      <span class="who">
        <Choices />
        <button class="help" onClick={onHelp}><Icon of={CircleQuestionMark} size={16} />{t("keys_title")}</button>
        <span class="person">{me.value?.name}</span>
        <button onClick={leave}><Icon of={LogOut} size={16} /><span class="word">{t("sign_out")}</span></button>
      </span>
    </header>
  );
}
