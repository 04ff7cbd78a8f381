/** The bar: brand, search, site, how fresh the figures are, and who looks at them. */
import { CircleQuestionMark, LogOut, Menu, Radio, Search } from "lucide";
import { go } from "../../route";
import { nameOf, t } from "../../text/words";
import { Choices } from "../../ui/corner";
import { Icon } from "../../ui/icon";
import { following } from "../poller";
import { me, signOut } from "../session";
import { narrow } from "./narrow";
import { chooseSite, namedBy, site, sites } from "./places";
import { f } from "./words";

interface TopProps {
  onMenu: () => void;
  onPalette: () => void;
  onHelp: () => void;
}

export function Top({ onMenu, onPalette, onHelp }: TopProps) {
  const { well } = following.value;
  return (
    <header class="bar">
      {narrow.value && <button class="menu" onClick={onMenu}><Icon of={Menu} />{f("menu")}</button>}
      <b class="brand">{t("brand")}</b>
      <button class="find" onClick={onPalette}>
        <Icon of={Search} size={18} /><span>{f("palette_open")}</span><kbd>Ctrl K</kbd>
      </button>
      <span class="middle" />
      <span class={well ? "pill fine live" : "pill bad live"}>
        <Icon of={Radio} size={14} />{f(well ? "live" : "not_live")}
      </span>
      <SiteSwitch />
      {!narrow.value && (
        <>
          <button class="help" onClick={onHelp}><Icon of={CircleQuestionMark} size={16} />{f("keys_title")}</button>
          <Account />
        </>
      )}
    </header>
  );
}

function SiteSwitch() {
  if (sites.value.length < 2) return sites.value[0] ? <span class="one-site">{nameOf(namedBy(sites.value[0]))}</span> : null;
  return (
    <select class="site" value={site.value} aria-label={f("site")} onChange={(event) => chooseSite(event.currentTarget.value)}>
      <option value="">{f("site_all")}</option>
      {sites.value.map((each) => <option key={each.code} value={each.code ?? ""}>{nameOf(namedBy(each))}</option>)}
    </select>
  );
}

/** Language, light, who it is, and the way out. */
export function Account() {
  const leave = (): void => void signOut().then(() => go("/sign-in"));
  return (
    <span class="who">
      <Choices />
      <span class="person" title={f("signed_in_as", { name: me.value?.name ?? "" })}>{me.value?.name}</span>
      <button onClick={leave}><Icon of={LogOut} size={16} /><span class="word">{t("sign_out")}</span></button>
    </span>
  );
}
