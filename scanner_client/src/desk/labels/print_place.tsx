/** How many, and on what: a printer with these labels in it, sheets of A4, or a PDF of exact size. */
import { choice, choose, design, PDF, sheet, where } from "./print_data";
import { printers } from "./stations_data";
import { sheetsFor, SHEETS, takes } from "./ways";
import { l } from "./words";

export function Place() {
  return (
    <>
      <div class="pair wide-first">
        <label class="field"><span>{l("print_where")}</span>
          <select value={where.value} name="where" onChange={(event) => choose({ where: event.currentTarget.value, first_cell: 1 })}>
            <Printers />
            {sheetsFor(design.value!).map((name) => (
              <option key={name} value={name}>{l("where_sheet", { n: SHEETS[name]!.cells })}</option>
            ))}
            <option value={PDF}>{l("where_pdf")}</option>
          </select>
        </label>
        <label class="field"><span>{l("print_copies")}</span>
          <input type="number" min={1} max={100} value={choice.value.copies} data-manual name="copies"
            onInput={(event) => choose({ copies: Math.min(Math.max(Number(event.currentTarget.value) || 1, 1), 100) })} />
        </label>
      </div>
      {sheet.value && <FirstCell sheet={sheet.value} />}
    </>
  );
}

/** Those that fit can be chosen; of the others one sees why not. */
function Printers() {
  return (
    <>
      {(printers.value ?? []).map((each) => {
        const right = takes(each, design.value!);
        const words = right ? `${each.name} · ${each.station}` : each.media
          ? l("where_other_media", { name: each.name, media: each.media.name })
          : l("where_no_media", { name: each.name });
        return <option key={each.id} value={each.id} disabled={!right}>{words}</option>;
      })}
    </>
  );
}

function FirstCell({ sheet }: { sheet: string }) {
  const { cells, columns } = SHEETS[sheet]!;
  const first = choice.value.first_cell;
  return (
    <div class="field"><span>{l("print_first_cell")}</span>
      <div class="cells" style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }} role="group" aria-label={l("print_first_cell")}>
        {Array.from({ length: cells }, (_, at) => at + 1).map((cell) => (
          <button key={cell} class={cell < first ? "used" : ""} aria-pressed={cell === first}
            aria-label={l("first_cell", { n: cell })} onClick={() => choose({ first_cell: cell })}>{cell}</button>
        ))}
      </div>
    </div>
  );
}
