// Writes dist/: page.js, require.js, axe.min.js, and renderer.js, the renderer that VS Code's
// Jupyter extension ships. The renderer's package lists what it was built from (350 MB) as
// dependencies, though its one file needs none of them; so the archive alone is fetched, and
// compared with its known hash.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const RENDERER = "@vscode/jupyter-ipywidgets8@1.0.9";
const INTEGRITY =
  "sha512-bocCThfa4JDIDd7qCFAfW3HpzHfTLYxOTpTbiDfw4DXOUjKHnr6ObkMBiIkuzYPRybh5bY4FhYLemuDuTvIbpQ==";

process.chdir(import.meta.dirname);
mkdirSync("dist", { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "renderer-"));
const packed = execFileSync("npm", ["pack", RENDERER, "--json", "--pack-destination", folder]);
const [{ filename, integrity }] = Object.values(JSON.parse(packed));
if (integrity !== INTEGRITY) throw new Error(`${RENDERER} has changed: ${integrity}`);
execFileSync("tar", ["-xzf", join(folder, filename), "-C", folder]);
copyFileSync(join(folder, "package/dist/ipywidgets.js"), "dist/renderer.js");
copyFileSync("node_modules/requirejs/require.js", "dist/require.js");
copyFileSync("node_modules/axe-core/axe.min.js", "dist/axe.min.js");
await build({
  entryPoints: ["page.ts"],
  outfile: "dist/page.partial.js",
  bundle: true,
  format: "esm",
  target: "es2022",
  external: ["./renderer.js"],
});
// Last, so that whoever finds it finds all of them.
renameSync("dist/page.partial.js", "dist/page.js");
