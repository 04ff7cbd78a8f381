/** Whether the screen is too small for two halves: the same width the style sheet turns at. */
import { signal } from "@preact/signals";

const small = window.matchMedia("(max-width: 900px)");

export const narrow = signal(small.matches);

// addEventListener on a MediaQueryList is there since Chrome 39, and in no test's imitation of a browser.
small.addEventListener?.("change", () => { narrow.value = small.matches; });
