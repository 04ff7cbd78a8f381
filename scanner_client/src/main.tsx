import { render } from "preact";
import { App } from "./app";
import { wake } from "./device";
import { openStore } from "./store";
import { chooseLanguage, language } from "./text/words";
import "./ui/theme";

async function main(): Promise<void> {
  const [database] = await Promise.all([openStore(), chooseLanguage(language.value)]);
  await wake(database);
  const root = document.getElementById("app")!;
  root.textContent = "";
  render(<App database={database} />, root);
  if ("serviceWorker" in navigator && import.meta.env.PROD)
    await navigator.serviceWorker.register("/sw.js");
}

void main();
