/** Brand, language and light, on pages nobody is signed in to yet. */
import { Languages, Moon, Sun } from "lucide";
import { chooseLanguage, language, t } from "../text/words";
import { Icon } from "./icon";
import { chooseTheme, theme } from "./theme";

export function Corner() {
  return (
    <header class="corner">
      <b>{t("brand")}</b>
      <Choices />
    </header>
  );
}

export function Choices() {
  const dark = theme.value === "dark";
  return (
    <span class="choices">
      <button onClick={() => void chooseLanguage(language.value === "zh" ? "en" : "zh")}>
        <Icon of={Languages} size={16} />{t("language_other")}
      </button>
      <button onClick={() => chooseTheme(dark ? "light" : "dark")}>
        <Icon of={dark ? Sun : Moon} size={16} />{t(dark ? "theme_light" : "theme_dark")}
      </button>
    </span>
  );
}
