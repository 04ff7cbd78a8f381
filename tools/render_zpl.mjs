// Renders ZPL by somebody else's program, so that tests see what a printer would.
// usage: node tools/render_zpl.mjs < jobs.json     [{"zpl": base64, "width_mm", "height_mm", "dpmm"}]
// answers a JSON list with one list of base64 PNGs per job
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const client = new URL("../scanner_client/package.json", import.meta.url);
const { ready } = createRequire(client)("zpl-renderer-js");

const { api } = await ready;
const pictures = [];
for (const job of JSON.parse(readFileSync(0, "utf8"))) {
  const zpl = Buffer.from(job.zpl, "base64").toString("latin1");
  pictures.push(await api.zplToBase64MultipleAsync(zpl, job.width_mm, job.height_mm, job.dpmm));
}
process.stdout.write(JSON.stringify(pictures), () => process.exit(0));
