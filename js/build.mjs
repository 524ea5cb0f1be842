import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const LARGEST_GZIPPED = 42_000;
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "bert_widgets", "static");
const bundles = (await readdir(join(here, "src")))
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => name.slice(0, -".ts".length));

await mkdir(out, { recursive: true });
await Promise.all(bundles.map((name) => rm(join(out, `${name}.js`), { force: true })));
await build({
  entryPoints: bundles.map((name) => join(here, "src", `${name}.ts`)),
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "inline",
  loader: { ".css": "text" },
  plugins: [
    {
      // Style sheets travel inside the bundle as text, so they are minified apart from it.
      name: "minified-css-text",
      setup({ onLoad, esbuild }) {
        onLoad({ filter: /\.css$/ }, async ({ path }) => {
          const css = await readFile(path, "utf8");
          const { code } = await esbuild.transform(css, { loader: "css", minify: true });
          return { contents: code, loader: "text" };
        });
      },
    },
  ],
  logLevel: "warning",
});

for (const name of bundles) {
  const source = await readFile(join(out, `${name}.js`));
  const gzipped = gzipSync(source).length;
  console.log(`${name}.js  ${source.length} bytes, ${gzipped} gzipped`);
  if (gzipped > LARGEST_GZIPPED) {
    throw new Error(
      `${name}.js is ${gzipped} bytes gzipped, above the limit of ${LARGEST_GZIPPED}: make it smaller.`,
    );
  }
}
