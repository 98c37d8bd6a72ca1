// A phone, 390 points wide, used with fingers.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Nothing sticks out sideways. */
async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, `${page.url()} scrolls sideways`);
}

story("An agent works on a phone", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Substation gate is open ${scene.id}`, description: "Seen from the road." });
  const page = await scene.visit("ben", PHONE);
  await page.goto("/");
  await fits(page);
  const sheet = page.locator("#navigation");
  await page.getByRole("button", { name: "Navigation" }).tap();
  await sheet.getByRole("link", { name: "Incidents", exact: true }).waitFor();
  await sheet.getByRole("link", { name: "Incidents", exact: true }).tap();
  await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  await fits(page);
  await page.goto(`/incidents?q=${scene.id}`);
  await page.getByRole("link", { name: incident.fields.title }).tap();
  await page.getByRole("heading", { level: 1, name: incident.fields.title }).waitFor();
  await fits(page);
  await page.getByRole("navigation", { name: "On this page" }).getByRole("link", { name: "Write" }).tap();
  await page.locator("#composer-body").fill("Closed it.");
  await page.getByRole("button", { name: "Send reply" }).tap();
  await page.locator(".entry--public", { hasText: "Closed it." }).waitFor();
  await page.getByRole("link", { name: "Start work" }).tap();
  await page.getByRole("dialog").getByRole("button", { name: "Start work" }).waitFor();
  await fits(page);
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).tap();
});

story("A requester reports something on a phone", async (scene) => {
  const title = `Train pass is refused ${scene.id}`;
  const page = await scene.visit("ella", PHONE);
  await page.goto("/");
  await fits(page);
  await page.getByRole("link", { name: /Something does not work/ }).tap();
  await page.getByLabel(/^What does not work/).fill(title);
  await fits(page);
  await page.getByRole("button", { name: "Send report" }).tap();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await fits(page);
});

for (const width of [360, 768, 1024]) {
  story(`No page scrolls sideways at ${width} points`, async (scene) => {
    const [incident] = await as("ben", scene.desk).get("incidents?limit=1");
    const page = await scene.visit("ben", { viewport: { width, height: 800 } });
    for (const address of ["/", "/incidents", "/people", "/changes", pageOf(incident), "/incidents/new", `${pageOf(incident)}/edit`, "/search?q=mail", "/account", "/help", "/help/desk"]) {
      await page.goto(address);
      await fits(page);
    }
  });
}
