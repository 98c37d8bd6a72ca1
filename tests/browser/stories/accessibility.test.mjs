// axe-core finds nothing on any page, in dark and in light, on a wide screen and on a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

// Put into every page before its own scripts: the page's policy lets nothing be added later.
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS = [1440, 390].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));
// The markup is the same on every database.
const ONCE = desks.slice(0, 1);

async function examine(page, what) {
  const found = [];
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }), TAGS);
    for (const { id, help, nodes } of violations) {
      for (const node of nodes.slice(0, 4)) found.push(`${what}, ${colorScheme}, ${width}: ${id} (${help}): ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`);
    }
  }
  return found;
}

function pages(title, login, addresses) {
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

async function busy(scene) {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Billing run stops ${scene.id}`, description: "# What\n\n- one\n- two\n\n`code`\n\n| a | b |\n| - | - |\n| 1 | 2 |\n", requester: "ella", team: await scene.team() });
  await ben.comment(incident, "Seen at **two** desks.");
  await ben.comment(incident, "Looks like the *old* one.", "internal");
  await ben.attach(incident, "log.txt");
  await ben.update(incident, { impact: "high" });
  return incident;
}

pages("Pages of an agent are accessible", "ben", async (scene) => {
  const incident = await busy(scene);
  const [change] = await as("ben", scene.desk).get("changes?limit=1");
  const [article] = await as("ben", scene.desk).get("knowledge-articles?limit=1");
  const moved = pageOf(incident);
  return [
    "/", "/incidents", "/incidents?q=state:new%20nothing-has-this-word", "/incidents?q=state::", "/people", "/changes", moved, "/incidents/board?group=state", "/incidents/calendar?view=all", "/changes/calendar?view=all", "/recent", `${moved}/edit?field=title`,
    "/incidents/bulk-edits/new?view=open&all=yes&action=set:assignee",
    `${moved}/edit`, `${moved}/fields/assignee`, `${moved}/transitions/hold`, `${moved}/transitions/resolve`, `${moved}/worklogs`, `${moved}/access`,
    `${moved}?as_of=${incident.created_at}`, "/incidents/new", `/changes/${change.number}`, `/knowledge-articles/${article.number}`,
    `/knowledge-articles/${article.number}/write`, `/knowledge-articles/${article.number}/versions`, `/knowledge-articles/${article.number}/flag`,
    `/knowledge-articles/${article.number}/translations`, "/knowledge/quality", "/knowledge/translations", "/article-feedback", "/macros", "/handling-notes",
    `${moved}/articles`, `${moved}/macros`,
    "/search", "/search?q=mail", "/search?q=zzzzqqqq", "/account", "/help", "/help/desk", "/help/reference/api", "/no-such-page",
  ];
});

pages("Pages of a requester are accessible", "ella", async (scene) => {
  const incident = await busy(scene);
  const [laptop] = await as("ella", scene.desk).get("catalogue-items?filter=name%20%3D%3D%20%22Laptop%22&limit=1");
  const [article] = await as("ella", scene.desk).get("knowledge-articles?limit=1");
  return ["/", "/portal/catalogue", `/portal/catalogue/${laptop.fields.category.number}`, `/portal/items/${laptop.number}`, `/portal/requests`, `/portal/requests/${incident.number}`,
    "/portal/report", "/portal/articles", `/portal/articles/${article.number}?mark=axe`, "/portal/answers?q=laptop",
    "/incidents", pageOf(incident), "/incidents/new", "/service-requests/new", "/search?q=mail", "/account", "/help", "/people/new"];
});

pages("Pages for everybody are accessible", null, () => ["/sign-in", "/dev/components", "/no-such-page"]);

story("What opens on a page is accessible", async (scene) => {
  const page = await scene.visit("ben", { scripts: [AXE] });
  const incident = await busy(scene);
  const found = [];
  const look = async (what) => found.push(...await examine(page, what));
  await page.goto(pageOf(incident));
  await page.locator("summary[aria-label='More actions']").click();
  await look("the menu of actions");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Start work" }).click();
  await page.getByRole("dialog").waitFor();
  await page.getByRole("dialog").getByRole("combobox", { name: /^Team/ }).fill((await scene.team()).slice(0, 3));
  await page.locator(".picker__option").first().waitFor();
  await look("the dialog of a move");
  await page.goto(pageOf(incident));
  await page.getByRole("link", { name: "Edit Assignee" }).click();
  await page.locator("#side-assignee").getByRole("combobox").fill("Ben");
  await page.locator(".picker__option").first().waitFor();
  await look("a field in place");
  await page.goto(pageOf(incident));
  await page.keyboard.press("?");
  await look("the keys");
  await page.goto("/incidents/new");
  await page.getByRole("button", { name: /Create incident/ }).click();
  await page.getByRole("alert").waitFor();
  await look("a form with faults");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).fill("mail");
  await page.locator(".picker__option").first().waitFor();
  await look("the search while one types");
  await page.setViewportSize({ width: 390, height: 900 });
  await page.goto("/incidents");
  await page.getByRole("button", { name: "Navigation" }).click();
  await look("the navigation on a phone");
  scene.allow(/status of 422/);
  assert.deepEqual(found, []);
}, ONCE);

story("The page that sets up an installation is accessible", async (scene) => {
  const { server } = await scene.server();
  const [, link] = await server.hears(/Set it up here, once: (\S+)/);
  const page = await scene.stranger({ scripts: [AXE] });
  await page.goto(link);
  assert.deepEqual(await examine(page, "/set-up"), []);
}, ONCE);
