/** A new scheduled report, or another time for one there is. What is looked at comes along in the address. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { query } from "../../route";
import { language } from "../../text/words";
import { Field, Form } from "../../ui/form";
import { match } from "../admin/load";
import { Select, Tick } from "../frame/fields";
import { zoneOf, site } from "../frame/places";
import { say } from "../frame/said";
import { NAMES, PERIODS, type ReportKind } from "./report_filters";
import { daysWords, filterWords, type Channel, type Schedule } from "./schedules";
import { r } from "./words";

type Filters = components["schemas"]["ReportFilters"];

const DAYS = ["daily", "mon", "tue", "wed", "thu", "fri", "sat", "sun", ...Array.from({ length: 31 }, (_, day) => String(day + 1))];
const USUAL_TIME = "08:30";

interface FormProps {
  kinds: readonly ReportKind[];
  channels: readonly Channel[];
  schedule: Schedule | undefined;
  onDone: () => Promise<void>;
}

export function ScheduleForm({ kinds, channels, schedule, onDone }: FormProps) {
  const wanted = query.value.get("report") ?? "";
  const report = useSignal(schedule?.report ?? (wanted || kinds[0]!.name));
  const filters = useSignal<Filters>((schedule?.filters as Filters) ?? fromAddress());
  const chosen = useSignal<readonly string[]>(schedule?.channel_ids ?? []);
  const kind = kinds.find(({ name }) => name === report.value) ?? kinds[0]!;
  const known = Object.fromEntries(Object.entries(filters.value).filter(([name]) => kind.filters.includes(name) || (name === "group" && kind.groups.length > 0))) as Filters;
  // Which days must be said: without any it would be those of the month it runs in.
  const usable: Filters = kind.filters.includes("period") && !known.period && !known.from && !known.to ? { ...known, period: "last_month" } : known;
  const save = async (values: Record<string, string>): Promise<void> => {
    const told = {
      name: values["name"] ?? "", report: kind.name, filters: values["item"] ? { ...usable, item: values["item"] } : usable, format: values["format"] as "xlsx", language: values["language"] as "zh",
      days: values["days"] ?? "daily", at: values["at"] ?? USUAL_TIME, channel_ids: [...chosen.value],
    };
    if (schedule) await call("patch", "/api/v1/report-schedules/{record_id}", { path: { record_id: schedule.id }, body: told, headers: match(schedule) });
    else await call("post", "/api/v1/report-schedules", { body: { ...told, time_zone: zoneOf(site.value) } });
    say(r("saved"));
    await onDone();
  };
  return (
    <section class="new-one" aria-label={r("new_schedule")}>
      <h2>{schedule ? r("edit") : r("new_schedule")}</h2>
      <Form go={schedule ? r("save") : r("add")} busy={r("saving")} onSubmit={save}>
        <Select label={r("report")} value={kind.name} onChange={(name) => (report.value = name)} choices={kinds.map(({ name, title }) => ({ value: name, text: title }))} />
        {kind.filters.includes("period") && !usable.from && (
          <Select label={r("period")} value={usable.period ?? "last_month"} choices={PERIODS.map((value) => ({ value, text: r(`period_${value}`) }))}
            onChange={(period) => (filters.value = { ...filters.value, period: period as NonNullable<Filters["period"]> })} />
        )}
        {kind.groups.length > 0 && (
          <Select label={r("group")} value={usable.group ?? kind.groups[0]!} choices={kind.groups.map((value) => ({ value, text: r(`group_${value as "item"}`) }))}
            onChange={(group) => (filters.value = { ...filters.value, group: group as NonNullable<Filters["group"]> })} />
        )}
        <p class="muted small">{r("filters")}: {filterWords(usable as Record<string, unknown>)}</p>
        {kind.name === "item_ledger" && <Field label={r("item")} name="item" value={usable.item ?? ""} />}
        <Field label={r("name")} name="name" value={schedule?.name ?? ""} />
        <Listed label={r("on_days")} name="days" value={schedule?.days ?? "daily"} values={DAYS} words={daysWords} />
        <label class="field"><span>{r("at_time")}</span><input type="time" name="at" required defaultValue={schedule?.at ?? USUAL_TIME} data-manual /></label>
        <Listed label={r("format")} name="format" value={schedule?.format ?? "xlsx"} values={["xlsx", "csv"]} words={(each) => r(`format_${each as "xlsx"}`)} />
        <Listed label={r("language")} name="language" value={schedule?.language ?? language.value} values={["zh", "en"]} words={(each) => r(`lang_${each as "zh"}`)} />
        <fieldset class="ticks"><legend>{r("channels")}</legend>
          <p class="muted small">{channels.length ? r("channels_hint") : r("channels_missing")}</p>
          {channels.map(({ id, name }) => (
            <Tick key={id} label={name} checked={chosen.value.includes(id)}
              onChange={(on) => (chosen.value = on ? [...chosen.value, id] : chosen.value.filter((each) => each !== id))} />
          ))}
        </fieldset>
      </Form>
      {schedule && <button class="quiet" onClick={() => void onDone()}>{r("cancel")}</button>}
    </section>
  );
}

/** A choice the form reads by its name. */
export function Listed({ label, name, value, values, words }: { label: string; name: string; value: string; values: readonly string[]; words: (value: string) => string }) {
  return (
    <label class="field"><span>{label}</span>
      <select name={name}>{values.map((each) => <option key={each} value={each} selected={each === value}>{words(each)}</option>)}</select>
    </label>
  );
}

/** What the report page was asked when "send regularly" was pressed. */
function fromAddress(): Filters {
  const given = NAMES.filter((name) => name !== "report" && query.value.get(name)).map((name) => [name, query.value.get(name)!]);
  const found = Object.fromEntries(given) as Record<string, unknown>;
  if (found["days"]) found["days"] = Number(found["days"]);
  if (query.value.get("new") && query.value.get("site")) found["site"] = query.value.get("site");
  if (!given.length) found["period"] = "last_month";
  return found as Filters;
}
