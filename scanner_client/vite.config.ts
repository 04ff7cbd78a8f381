import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import about from "./package.json" with { type: "json" };

/** Emits /sw.js with the list of the shell's files and a version made of their contents. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle)
        .filter((name) => !name.endsWith(".map") && name !== "index.html")
        .map((name) => `/${name}`);
      const shell = ["/", "/icon.svg", "/manifest.webmanifest", ...files].sort();
      const hash = createHash("sha256");
      for (const name of Object.keys(bundle).sort()) {
        const part = bundle[name]!;
        hash.update(name).update(part.type === "chunk" ? part.code : part.source);
      }
      const source = readFileSync(new URL("src/worker/sw.js", import.meta.url), "utf8")
        .replace("__SHELL__", JSON.stringify(shell))
        .replace("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 16)));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

export default defineConfig({
  plugins: [serviceWorker()],
  define: { __APP_VERSION__: JSON.stringify(about.version) },
  oxc: { jsx: { importSource: "preact" } },
  build: { target: "chrome80", cssTarget: "chrome80", modulePreload: { polyfill: false } },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  // A loaded machine is slow, not wrong.
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"], testTimeout: 120_000 },
});
