/** New since last export: a profile for each other system, what waits for it, and what has left. */
import { useRef } from "preact/hooks";
import { ask, query } from "../../route";
import { every } from "../admin/load";
import { may } from "../admin/may";
import { by, useAsk } from "../frame/ask";
import { Halves } from "../frame/halves";
import { useHotkeys } from "../frame/keyboard";
import { siteName } from "../frame/places";
import { Answered, Empty } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { NewProfile, OneProfile, type Profile } from "./export_profile";
import { r } from "./words";

export function Exports() {
  const asked = useAsk("profiles", (passive) => every<Profile>("/api/v1/export-profiles", { retired: false }, by(passive)),
    { concerns: ({ topic }) => topic.startsWith("export_profile.") || topic.startsWith("export_batch.") });
  const add = useRef<HTMLButtonElement>(null);
  useHotkeys(may("reports.write") ? [{ keys: ["n"], label: "N", text: r("new_profile"), act: () => add.current?.click() }] : []);
  const [id, making] = [query.value.get("id") ?? "", query.value.get("new") === "1"];
  return (
    <Answered asked={asked}>{(profiles) => {
      const chosen = profiles.find((each) => each.id === id);
      return (
        <Halves chosen={making || chosen !== undefined} label={r("exports")} onBack={() => ask({ id: "", new: "" })}
          list={
            <div class="one-column three">
              <div class="page-head">
                <h1>{r("exports")}</h1>
                {may("reports.write") && <div class="page-acts"><button ref={add} class={profiles.length || making ? "" : "main"} onClick={() => ask({ new: "1", id: "" })}>{r("new_profile")}</button></div>}
              </div>
              <p class="muted lead">{r("exports_hint")}</p>
              <Table name="export-profiles" label={r("exports")} rows={profiles} columns={columns()} id={(row) => row.id} selected={id} onSelect={(row) => ask({ id: row.id, new: "" })}
                empty={<Empty title={r("profiles_none_title")}>{r(may("reports.write") ? "profiles_none" : "profiles_none_read")}</Empty>} />
            </div>
          }
          thing={making ? <NewProfile onMade={async (made) => { await asked.again(); ask({ new: "", id: made }); }} />
            : chosen ? <OneProfile key={chosen.id} profile={chosen} again={asked.again} />
              : profiles.length > 0 && <Empty title={r("profile_choose_title")}>{r("profile_choose")}</Empty>} />
      );
    }}</Answered>
  );
}

function columns(): Column<Profile>[] {
  return [
    { key: "name", title: r("name"), value: (row) => row.name, width: 150, grow: true, narrow: true, head: true },
    { key: "kind", title: r("what"), value: (row) => r(`kind_${row.kind as "movements"}`), width: 140 },
    { key: "site", title: r("site"), value: (row) => (row.site ? siteName(row.site) : r("every_site")), width: 110, narrow: true },
    { key: "number", title: r("col_number"), kind: "number", value: (row) => row.last_number, width: 76, narrow: true },
  ];
}
