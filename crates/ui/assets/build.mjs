// Bundles scripts and styles, draws the sprite, copies the fonts; names each file after its content and compresses it.
// Usage: node build.mjs OUT_DIR
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import subsetFont from "subset-font";

const here = import.meta.dirname;
const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT_DIR");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const manifest = [];

/** Writes one file and its compressed forms; returns its address. */
function emit(constant, stem, extension, mediaType, content, compress = true) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const name = `${stem}-${hash}.${extension}`;
  writeFileSync(join(out, name), bytes);
  if (compress) {
    writeFileSync(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(bytes, { params }));
  }
  manifest.push(`${constant} ${name} ${mediaType}`);
  return `/assets/${name}`;
}

// Fonts first: the stylesheet names their addresses.
const fonts = join(here, "node_modules/@fontsource-variable/inter/files");
const extended = readFileSync(join(fonts, "inter-latin-ext-wght-normal.woff2"));
// Latin Extended-A has the letters of European names; all extended Latin weighs six times as much.
const letters = Array.from({ length: 0x80 }, (_, place) => String.fromCodePoint(0x100 + place)).join("");
const addresses = {
  "font:latin": emit("FONT_LATIN", "inter-latin", "woff2", "font/woff2",
    readFileSync(join(fonts, "inter-latin-wght-normal.woff2")), false),
  "font:latin-ext-a": emit("FONT_LATIN_EXTENDED_A", "inter-latin-ext-a", "woff2", "font/woff2",
    await subsetFont(extended, letters, { targetFormat: "woff2" }), false),
  "font:latin-ext": emit("FONT_LATIN_EXTENDED", "inter-latin-ext", "woff2", "font/woff2", extended, false),
};
emit("MARK", "mark", "svg", "image/svg+xml", readFileSync(join(here, "mark.svg")));

// One sprite: presentation (stroke, width) comes from the stylesheet through `.icon`.
const icons = readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
const symbols = icons.map((name) => {
  let source;
  try {
    source = readFileSync(join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  } catch {
    throw new Error(`icons.txt lists "${name}", which is not among Tabler's outline icons`);
  }
  const body = source.replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
});
emit("ICONS", "icons", "svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);

const shared = { bundle: true, minify: true, write: false, absWorkingDir: here, target: ["chrome123", "firefox121", "safari17.5"] };
const styles = await build({
  ...shared,
  entryPoints: ["styles/index.css"],
  plugins: [{
    name: "fonts",
    setup(bundle) {
      bundle.onResolve({ filter: /^font:/ }, ({ path }) => ({ path: addresses[path], external: true }));
    },
  }],
});
emit("STYLES", "app", "css", "text/css; charset=utf-8", styles.outputFiles[0].contents);

const script = await build({ ...shared, entryPoints: ["scripts/index.ts"], format: "esm", legalComments: "none" });
emit("SCRIPT", "app", "js", "text/javascript; charset=utf-8", script.outputFiles[0].contents);

writeFileSync(join(out, "manifest.txt"), manifest.join("\n"));
