/** Lucide's drawings as elements. On the floor a word always stands beside them. */
import { h } from "preact";
import type { IconNode } from "lucide";

export function Icon({ of, size = 20 }: { of: IconNode; size?: number }) {
  const parts = of.map(([tag, attributes], index) => h(tag, { ...attributes, key: index }));
  return (
    <svg
      class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
      stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"
    >
      {parts}
    </svg>
  );
}
