// Looking at pages with axe-core: it finds nothing on any of them, in dark and in light, on a wide screen and on a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { desks, story } from "./browser.mjs";
import { as } from "./interface.mjs";

// Put into every page before its own scripts: the page's policy lets nothing be added later.
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS = [1440, 390].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));
// The markup is the same on every database.
export const ONCE = desks.slice(0, 1);

export async function examine(page, what) {
  const found = [];
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wider > 0) found.push(`${what}, ${colorScheme}, ${width}: it scrolls sideways by ${wider} pixels`);
    const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }), TAGS);
    for (const { id, help, nodes } of violations) {
      for (const node of nodes.slice(0, 4)) found.push(`${what}, ${colorScheme}, ${width}: ${id} (${help}): ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`);
    }
  }
  return found;
}

export function pages(title, login, addresses) {
  story(title, async (scene) => {
    const found = [];
    const page = login ? await scene.visit(login, { scripts: [AXE] }) : await scene.stranger({ scripts: [AXE] });
    scene.allow(/status of 40\d/);
    for (const address of await addresses(scene)) {
      await page.goto(address);
      found.push(...await examine(page, address));
    }
    assert.deepEqual(found, []);
  }, ONCE);
}

export async function busy(scene) {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Billing run stops ${scene.id}`, description: "# What\n\n- one\n- two\n\n`code`\n\n| a | b |\n| - | - |\n| 1 | 2 |\n", requester: "ella", team: await scene.team() });
  await ben.comment(incident, "Seen at **two** desks.");
  await ben.comment(incident, "Looks like the *old* one.", "internal");
  await ben.attach(incident, "log.txt");
  await ben.update(incident, { impact: "high" });
  return incident;
}
