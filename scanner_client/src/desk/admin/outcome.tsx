/** What a dry run found: how many rows are new, changed, the same and wrong; and the wrong ones. */
import { Figure, Figures } from "../frame/figures";
import type { Import, WrongRows } from "./files";
import { a } from "./words";

export function Outcome({ batch }: { batch: Import }) {
  return (
    <Figures>
      {(["new", "changed", "same", "wrong"] as const).map((name) => (
        <Figure key={name} name={a(`outcome_${name}`)}><span class={name === "wrong" && batch.wrong ? "minus" : ""}>{batch[name] ?? 0}</span></Figure>
      ))}
    </Figures>
  );
}

export function Wrong({ found, uid }: { found: WrongRows; uid: string }) {
  return (
    <section>
      <h2>{a("wrong_rows")} <a class="small" href={`/api/v1/imports/${uid}/wrong-rows`} download>{a("wrong_rows_file")}</a></h2>
      {found.rows.length < found.all && <p class="muted small">{a("first_of", { n: found.rows.length, all: found.all })}</p>}
      <div class="table" tabIndex={0} role="region" aria-label={a("wrong_rows")}>
        <table>
          <thead><tr><th>{found.headers[found.headers.length - 1]}</th>{found.headers.slice(0, -1).map((header, index) => <th key={index}>{header}</th>)}</tr></thead>
          <tbody>{found.rows.map((row, index) => (
            <tr key={index}><td class="minus">{row[row.length - 1]}</td>{row.slice(0, -1).map((cell, place) => <td key={place}>{cell}</td>)}</tr>
          ))}</tbody>
        </table>
      </div>
    </section>
  );
}
