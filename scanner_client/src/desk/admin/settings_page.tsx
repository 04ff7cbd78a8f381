/** 设置: how this company works, one line each, with what it was before and who changed it. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { moment } from "../format";
import { useAsk, by } from "../frame/ask";
import { Tick } from "../frame/fields";
import { site, siteName, zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered } from "../frame/states";
import { useWork } from "../frame/work";
import { Sheet } from "../../ui/sheet";
import "./admin.css";
import { match } from "./load";
import { may } from "./may";
import { a, adminOr, ours, worded } from "./words";

/** The site looked at, if any. */
const here = (): { site?: string } => (site.value ? { site: site.value } : {});

type Setting = components["schemas"]["Setting"];
type Listed = components["schemas"]["Settings"];

export function SettingsPage() {
  const asked = useAsk(site.value, (passive) =>
    call("get", "/api/v1/settings", { query: here(), headers: by(passive) }),
    { concerns: ({ topic }) => topic === "setting.changed" });
  if (!worded()) return null;
  return (
    <div class="admin scroll">
      <div class="page-head"><h1>{a("settings_title")}</h1></div>
      <p class="muted lead">{site.value ? a("settings_of_site", { site: siteName(site.value) }) : a("settings_of_all")}</p>
      <Answered asked={asked}>{(listed) => <Groups listed={listed} again={asked.again} />}</Answered>
    </div>
  );
}

function Groups({ listed, again }: { listed: Listed; again: () => Promise<void> }) {
  const groups = listed.groups.filter(({ group }) => listed.rows.some((row) => row.group === group));
  return (
    <>
      {groups.map((group) => (
        <section key={group.group} class="settings" aria-label={ours(group)}>
          <h2>{ours(group)}</h2>
          {listed.rows.filter((row) => row.group === group.group).map((row) => (
            <Line key={`${row.key} ${row.version} ${site.value}`} row={row} again={again} />
          ))}
        </section>
      ))}
    </>
  );
}

function Line({ row, again }: { row: Setting; again: () => Promise<void> }) {
  const value = useSignal<unknown>(row.value);
  const reason = useSignal("");
  const history = useSignal(false);
  const { busy, problem, code, run } = useWork();
  const words = ours(row as { zh: Setting["zh"]; en: Setting["en"] });
  const writable = may("settings.write") && (row.per_site || !site.value);
  const changed = JSON.stringify(value.value) !== JSON.stringify(row.value);
  const put = (next: unknown): Promise<boolean> => run(async () => {
    await call("put", "/api/v1/settings/{key}", {
      path: { key: row.key }, query: here(), headers: match(row),
      body: { value: next as never, reason: reason.value },
    });
    say(a("settings_saved", { name: words.name }));
    await again();
  });
  return (
    <div class="setting">
      <div>
        <h3>{words.name}</h3>
        <p class="muted small">{words.why}</p>
        <p class="muted small">{whose(row)} <button class="link" onClick={() => (history.value = true)}>{a("history")}</button></p>
      </div>
      <div class="setting-value">
        <Input row={row} label={words.name} value={value.value} disabled={!writable} onChange={(next) => (value.value = next)} />
        {changed && (
          <div class="acts-line">
            <input class="reason" placeholder={a("settings_reason")} aria-label={a("settings_reason")} maxLength={200}
              onInput={(event) => (reason.value = event.currentTarget.value)} />
            <button class="main" disabled={busy} onClick={() => void put(value.value)}>{a("save")}</button>
            <button class="quiet" onClick={() => (value.value = row.value)}>{a("discard")}</button>
          </div>
        )}
        {!changed && writable && row.set_for === (site.value ? "site" : "all") && !row.only_site && (
          <button class="quiet" disabled={busy} onClick={() => void put(null)}>
            {a(site.value ? "settings_as_all" : "settings_as_usual", { value: shownValue(row, row.usual) })}
          </button>
        )}
        {problem && <p class="problem" role="alert">{problem}{code === "stale_version" && <> <button onClick={() => void again()}>{a("show_theirs")}</button></>}</p>}
      </div>
      {history.value && <History row={row} title={words.name} onClose={() => (history.value = false)} />}
    </div>
  );
}

interface InputProps {
  row: Setting;
  label: string;
  value: unknown;
  disabled: boolean;
  onChange: (value: unknown) => void;
}

function Input({ row, label, value, disabled, onChange }: InputProps) {
  if (disabled) return <b>{shownValue(row, value)}</b>;
  switch (row.kind) {
    case "yes_no":
      return <Tick label={a(value ? "yes" : "no")} checked={Boolean(value)} onChange={onChange} />;
    case "choice":
      return (
        <select aria-label={label} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)}>
          {row.choices.map((each) => <option key={each} value={each}>{adminOr(`choice_${each}`, each)}</option>)}
        </select>
      );
    default:
      return (
        <span class="with-unit">
          <input aria-label={label} value={textOf(value)} inputMode={row.kind === "whole" ? "numeric" : row.kind === "decimal" ? "decimal" : "text"}
            onInput={(event) => onChange(typed(row, event.currentTarget.value))} />
          <span class="muted">{row.unit}</span>
          {row.least !== null && row.kind !== "text" && <span class="muted small">{row.least}–{row.most}</span>}
        </span>
      );
  }
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(" ") : String(value ?? "");
}

/** What is typed as the API takes it; what is no number goes as it is, and is refused in words. */
function typed(row: Setting, text: string): unknown {
  if (row.kind === "times") return text.split(/[\s,，、]+/).filter(Boolean);
  if (row.kind === "days" && /^[\d\s,，、]+$/.test(text)) return text.split(/[\s,，、]+/).filter(Boolean).map(Number);
  if (row.kind === "whole" && /^\d+$/.test(text.trim())) return Number(text);
  return text.trim();
}

function shownValue(row: Setting, value: unknown): string {
  if (value === null || value === undefined) return a("settings_nobody");
  if (row.kind === "yes_no") return a(value ? "yes" : "no");
  if (row.kind === "choice") return adminOr(`choice_${String(value)}`, String(value));
  return [textOf(value), row.unit].filter(Boolean).join(" ");
}

function whose(row: Setting): string {
  const by = row.changed_at ? ` · ${a("changed_by", { who: row.changed_by ?? a("system"), when: moment(row.changed_at, zoneOf(site.value)) })}` : "";
  return a(`set_for_${row.set_for as "usual"}`, { value: shownValue(row, row.usual) }) + by;
}

function History({ row, title, onClose }: { row: Setting; title: string; onClose: () => void }) {
  const asked = useAsk(row.key + site.value, () =>
    call("get", "/api/v1/settings/{key}/history", { path: { key: row.key }, query: { ...here(), limit: 100 } }));
  return (
    <Sheet title={a("history_of", { name: title })} onClose={onClose}>
      <Answered asked={asked}>{({ rows }) => rows.length ? (
        <ol class="history">
          {rows.map((was) => (
            <li key={was.version}>
              <b>{shownValue(row, was.before)} → {shownValue(row, was.after)}</b>
              <span class="muted small">{moment(was.at, zoneOf(site.value))} · {was.user ?? a("system")}</span>
              {was.reason && <span>{was.reason}</span>}
            </li>
          ))}
        </ol>
      ) : <p class="muted">{a("history_none")}</p>}</Answered>
      <button onClick={onClose}>{a("close")}</button>
    </Sheet>
  );
}
