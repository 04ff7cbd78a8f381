/** Which keys do what here, the innermost first. */
import { t } from "../../text/words";
import { Sheet } from "../../ui/sheet";
import { boundKeys } from "./keyboard";
import { f } from "./words";

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Sheet title={f("keys_title")} onClose={onClose}>
      <div class="keys-help">
        {boundKeys().map(({ label, text }) => [<kbd key={label}>{label}</kbd>, <span key={`${label}-text`}>{text}</span>])}
      </div>
      <button class="quiet" onClick={onClose}>{t("close")}</button>
    </Sheet>
  );
}
