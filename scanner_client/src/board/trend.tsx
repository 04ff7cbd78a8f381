/** One line: days of stock over ninety days, with its ends in words. */
import { b } from "./words";
import type { Figures } from "./figures";

const [WIDTH, HEIGHT, LOW] = [800, 360, 340];

export function Trend({ trend }: { trend: Figures["trend"] }) {
  const values = trend.days_of_stock.map((text) => (text === null ? null : Number(text)));
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <p class="sub">{b("trend_none")}</p>;
  const most = Math.max(...known);
  const x = (at: number): number => (at * WIDTH) / (values.length - 1);
  const y = (value: number): number => LOW - (value * (LOW - 10)) / most;
  const line = path(values, x, y);
  const before = values[values.length - 31] ?? known[0]!;
  const words = b("trend_words", { now: known[known.length - 1]!.toFixed(0), before: before.toFixed(0) });
  return (
    <>
      <div class="chart">
        <span class="top">{most.toFixed(0)}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
          <path class="ground" d={`M0 ${LOW}H${WIDTH}`} />
          <path class="line" d={line} />
        </svg>
        <span class="ends"><span>{trend.days[0]}</span><span>{trend.days[trend.days.length - 1]}</span></span>
      </div>
      <p class="sub">{words}</p>
    </>
  );
}

/** Days without sales leave a gap. */
function path(values: (number | null)[], x: (at: number) => number, y: (value: number) => number): string {
  let pen = "M";
  return values.map((value, at) => {
    if (value === null) {
      pen = "M";
      return "";
    }
    const step = `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}
