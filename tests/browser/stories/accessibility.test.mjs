// Every page of those who ask, and of everybody, is accessible, and so is what opens on pages.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { AXE, ONCE, busy, examine, pages } from "../support/accessible.mjs";
import { as, pageOf } from "../support/interface.mjs";

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
