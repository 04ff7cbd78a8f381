/** Numbers and times for people: tabular, with a real minus, in the site's time zone. */
import { parse, shown } from "../quantity";

/** "¥1,234.50", negative with a real minus in front of the sign. */
export function money(text: string): string {
  const value = parse(text);
  if (value === null) return text;
  const cents = (value < 0n ? -value : value) + 5000n;
  const [whole, part] = [cents / 1_000_000n, (cents % 1_000_000n) / 10_000n];
  const sign = value < 0n && (whole || part) ? "−" : "";
  return `${sign}¥${shown(String(whole))}.${String(part).padStart(2, "0")}`;
}

/** "2026-11-22 16:40" at the site. */
export function moment(instant: string, zone: string): string {
  return `${parts(instant, zone).day} ${parts(instant, zone).time}`;
}

/** "2026-11-22" at the site. */
export function day(instant: string, zone: string): string {
  return parts(instant, zone).day;
}

/** "16:40:05" on the reader's own clock. */
export function clockTime(ms: number): string {
  const when = new Date(ms);
  return [when.getHours(), when.getMinutes(), when.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

function parts(instant: string, zone: string): { day: string; time: string } {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const found = Object.fromEntries(
    format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]),
  );
  return {
    day: `${found["year"]}-${found["month"]}-${found["day"]}`,
    time: `${found["hour"]}:${found["minute"]}`,
  };
}
