/** Above an order: what waits to be printed after it, and what nobody can choose a label for. */
import { sites } from "../frame/places";
import { leftOver, takeUp, waiting, type Group } from "./waiting";
import { l, type LabelText } from "./words";

export function Waiting() {
  if (!waiting.value.length && !leftOver.value.length) return null;
  return (
    <div class="waiting" role="status">
      {waiting.value.length > 0 && <p>{l("print_waiting")}</p>}
      <div class="acts">
        {waiting.value.map((each) => (
          <button key={`${each.way}/${each.site}`} data-waiting={each.way} onClick={() => takeUp(each)}>{inWordsOf(each)}</button>
        ))}
      </div>
      {leftOver.value.length > 0 && <p class="small">{l("print_left_over", { codes: leftOver.value.join(", ") })}</p>}
      <button class="quiet" onClick={() => { [waiting.value, leftOver.value] = [[], []]; }}>{l("print_waiting_drop")}</button>
    </div>
  );
}

function inWordsOf({ way, site, codes }: Group): string {
  const kind = l(`what_${way}` as LabelText);
  return l("print_waiting_group", { kind, n: codes.length }) + (sites.value.length > 1 ? ` · ${site}` : "");
}
