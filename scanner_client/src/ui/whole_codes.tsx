/** A sentence whose codes stay in one piece: A-01-02 is never broken at a hyphen. */

/** Letters and digits joined by hyphens, short enough to stand on one line of a handheld. */
const CODE = /([A-Za-z0-9._/]{1,12}(?:-[A-Za-z0-9._/]{1,12}){1,5})/;
const LENGTH_MOST = 24;

export function WholeCodes({ children }: { children: string }) {
  return (
    <>
      {children.split(CODE).map((part, index) =>
        index % 2 && part.length <= LENGTH_MOST ? <span class="whole-code" key={index}>{part}</span> : part)}
    </>
  );
}
