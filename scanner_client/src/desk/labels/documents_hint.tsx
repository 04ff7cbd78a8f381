/** Documents come from their own pages; here is a sample of each paper, to set the printer up with. */
import { language } from "../../text/words";
import { l, type LabelText } from "./words";

const PAPERS = ["a4", "241x279", "241x140", "241x93"] as const;

export function DocumentsHint() {
  return (
    <details class="documents">
      <summary>{l("documents_title")}</summary>
      <p class="muted small">{l("documents_hint")}</p>
      <div class="acts">
        {PAPERS.map((paper) => (
          <a key={paper} class="file-button" data-paper={paper} target="_blank" rel="noopener" onClick={(event) => event.stopPropagation()}
            href={`/api/v1/labels/sample-document?paper=${paper}&language=${language.value}`}>
            {l(`paper_${paper}` as LabelText)}
          </a>
        ))}
      </div>
    </details>
  );
}
