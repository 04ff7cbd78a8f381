/** Light or dark: the person's choice, else the system's. Left hand likewise. */
import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const root = document.documentElement;
const system: Theme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";

export const theme = signal((localStorage.getItem("stockturn.theme") as Theme | null) ?? system);
export const leftHand = signal(localStorage.getItem("stockturn.hand") === "left");

effect(() => {
  root.dataset["theme"] = theme.value;
  root.dataset["hand"] = leftHand.value ? "left" : "right";
});

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem("stockturn.theme", chosen);
}

export function chooseHand(left: boolean): void {
  leftHand.value = left;
  localStorage.setItem("stockturn.hand", left ? "left" : "right");
}
