/** "How was this computed?": the rule in a sentence, and the very figures it was applied to. */
import { Sheet } from "../../ui/sheet";
import { Money, Quantity } from "../frame/figures";
import { r, sayOr } from "./words";

type How = Record<string, unknown>;
type Told = { quantity?: string; value?: string };

const ADDED = [["opening", ""], ["in", "+"], ["out", "−"], ["closing", "="]] as const;

/** Opening, in, out and closing in the order they are added up, those that were told. */
export function addedUp(how: How): { name: (typeof ADDED)[number][0]; sign: string; told: Told }[] {
  const figures = (how["figures"] ?? {}) as Record<string, Told>;
  return ADDED.filter(([name]) => figures[name]).map(([name, sign]) => ({ name, sign, told: figures[name]! }));
}

const MONEY = ["cogs", "average_inventory", "opening_value", "closing_value"];
const NUMBERS = ["ratio", "days_of_stock", "period_days", "members", "days_with_changes"];
const FACTS = ["from", "to", "as_of", "method", "buckets", "opening_value", "closing_value", "average_inventory", "cogs", "ratio", "days_of_stock", "period_days", "members", "days_with_changes"];

export function HowSheet({ report, title, how, onClose }: { report: string; title: string; how: How; onClose: () => void }) {
  const rule = sayOr(`how_${report}_${String(how["method"] ?? "")}`, sayOr(`how_${report}`, ""));
  const facts = FACTS.filter((name) => how[name] !== null && how[name] !== undefined);
  return (
    <Sheet title={r("how_title", { report: title })} onClose={onClose}>
      <div class="how">
        <p>{rule}</p>
        <dl class="facts">
          {facts.map((name) => [<dt key={name} class="muted">{r(`fact_${name}` as "fact_from")}</dt>, <dd key={`${name}=`}><Fact name={name} value={how[name]} /></dd>])}
        </dl>
        <Figures how={how} />
        <Points points={(how["points"] ?? []) as { day: string; value: string }[]} />
      </div>
      <button class="main" onClick={onClose}>{r("close")}</button>
    </Sheet>
  );
}

function Fact({ name, value }: { name: string; value: unknown }) {
  const text = Array.isArray(value) ? value.join(" · ") : String(value);
  if (MONEY.includes(name)) return <Money value={text} />;
  if (NUMBERS.includes(name)) return <Quantity value={text} />;
  return <>{name === "method" ? sayOr(`method_${text}`, sayOr(`by_${text === "lot_age" ? "lot" : "receipt"}`, text)) : text}</>;
}

/** Opening, in, out and closing, one under the other as they are added up. */
function Figures({ how }: { how: How }) {
  const figures = addedUp(how);
  if (!figures.length) return null;
  const priced = figures.some(({ told }) => told.value !== undefined);
  return (
    <table>
      <thead><tr><th>{r("formula")}</th><th class="right">{r("quantity")}</th>{priced && <th class="right">{r("value")}</th>}</tr></thead>
      <tbody>
        {figures.map(({ name, sign, told }) => (
          <tr key={name}>
            <td>{sign} {r(`fact_${name}`)}</td>
            <td class="right"><Quantity value={told.quantity} /></td>
            {priced && <td class="right"><Money value={told.value} /></td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Points({ points }: { points: readonly { day: string; value: string }[] }) {
  if (!points.length) return null;
  return (
    <table aria-label={r("points")}>
      <thead><tr><th>{r("col_day")}</th><th class="right">{r("points")}</th></tr></thead>
      <tbody>{points.map(({ day, value }) => <tr key={day}><td>{day}</td><td class="right"><Money value={value} /></td></tr>)}</tbody>
    </table>
  );
}
