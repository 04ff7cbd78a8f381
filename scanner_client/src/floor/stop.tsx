import { OctagonX } from "lucide";
import type { Stop } from "../flows/flow";
import { said, t, type Text } from "../text/words";
import { Icon } from "../ui/icon";

/** Fills the screen: what was scanned, what was needed, how to get there. The right scan ends it. */
export function StopScreen({ stop, title, onOk }: { stop: Stop; title: Text; onOk: () => void }) {
  return (
    <div class="stop" role="alertdialog" aria-label={said(stop.title)}>
      <header><Icon of={OctagonX} /><b>{t("stop_word")}</b><span>{t(title)}</span></header>
      <main>
        <h1>{said(stop.title)}</h1>
        <dl>
          {stop.scanned && <><dt>{t("stop_scanned")}</dt><dd class="code">{visible(stop.scanned)}</dd></>}
          {stop.needed && <><dt>{t("stop_needed")}</dt><dd>{said(stop.needed)}</dd></>}
        </dl>
        <p>{said(stop.remedy)}</p>
      </main>
      <footer>
        <p class="small">{t("stop_hint")}</p>
        <button onClick={onOk}>{t("ok")}</button>
      </footer>
    </div>
  );
}

/** Control characters as pictures of themselves, so that people can tell what the code holds. */
function visible(text: string): string {
  return text.replace(/[\x00-\x1f]/g, (each) => String.fromCharCode(0x2400 + each.charCodeAt(0)));
}
