// What somebody else changes shows by itself.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("What another person changes on another node shows on the record's page", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Gate opens twice ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.mouse.move(0, 0);
  const other = as("ada", scene.desk, "other");
  await other.comment(incident, "I have seen this before, plover.");
  await page.locator(".entry--public", { hasText: "plover" }).waitFor();
  await other.update(incident, { impact: "high", urgency: "high" });
  await page.locator("#side-impact", { hasText: "High" }).waitFor();
  await page.locator(".record-header__marks", { hasText: "Critical" }).waitFor();
  await other.update(incident, { title: `Gate opens three times ${scene.id}` });
  await page.getByRole("heading", { level: 1, name: `Gate opens three times ${scene.id}` }).waitFor();
});

story("A reply in the making is not disturbed by a change", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Heating hums ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.locator("#composer-body").pressSequentially("Have you tri");
  await as("ada", scene.desk, "other").comment(incident, "Seen before, curlew.");
  await page.locator(".entry--public", { hasText: "curlew" }).waitFor();
  await page.keyboard.type("ed turning it off?");
  assert.equal(await page.locator("#composer-body").inputValue(), "Have you tried turning it off?");
});

story("A row changes where it stands while the pointer is over the list", async (scene) => {
  const ben = as("ben", scene.desk);
  const titles = ["one", "two", "three"].map((word) => `Sluice ${word} sticks ${scene.id}`);
  const incidents = [];
  for (const title of titles) incidents.push(await ben.create("incidents", { title, requester: "ella" }));
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&sort=number&q=${scene.id}`);
  const rows = page.locator(".list__link");
  const order = () => rows.allInnerTexts();
  assert.deepEqual(await order(), titles);
  await rows.nth(1).hover();
  await page.evaluate(() => { document.querySelectorAll("[data-row]").forEach((row, index) => { row.kept = index; }); });
  await as("ada", scene.desk, "other").update(incidents[0], { impact: "high", urgency: "high" });
  await page.locator("[data-row]", { hasText: titles[0] }).filter({ hasText: "Critical" }).waitFor();
  assert.deepEqual(await order(), titles);
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll("[data-row]")].map((row) => row.kept)), [0, 1, 2], "rows were made anew");
});

story("New rows wait while somebody reads the list, and come when asked for", async (scene) => {
  const ben = as("ben", scene.desk);
  await ben.create("incidents", { title: `Crane idles ${scene.id}`, requester: "ella" });
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&sort=number&q=${scene.id}`);
  await page.locator(".list__link").first().hover();
  await as("ada", scene.desk, "other").create("incidents", { title: `Crane drifts ${scene.id}`, requester: "ella" });
  await page.locator(".pill", { hasText: "New changes" }).waitFor();
  assert.equal(await page.locator(".list__link").count(), 1);
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("link", { name: `Crane drifts ${scene.id}` }).waitFor();
});

story("New rows appear by themselves when nobody is at the list", async (scene) => {
  const ben = as("ben", scene.desk);
  await ben.create("incidents", { title: `Dam gauge drops ${scene.id}`, requester: "ella" });
  const page = await scene.visit("ben");
  await page.mouse.move(0, 0);
  await page.goto(`/incidents?view=all&sort=number&q=${scene.id}`);
  await as("ada", scene.desk, "other").create("incidents", { title: `Dam gauge rises ${scene.id}`, requester: "ella" });
  await page.getByRole("link", { name: `Dam gauge rises ${scene.id}` }).waitFor();
});

story("A second tab hears of changes too", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Valve leaks ${scene.id}` });
  const first = await scene.visit("ben");
  await first.goto("/incidents");
  const second = await scene.tab(first);
  await second.goto(pageOf(incident));
  await second.mouse.move(0, 0);
  await as("ada", scene.desk, "other").comment(incident, "Ordered a new one, teal.");
  await second.locator(".entry--public", { hasText: "teal" }).waitFor();
});

story("What changes while a page still loads shows too", async (scene) => {
  const ada = as("ada", scene.desk, "other");
  const incident = await as("ella", scene.desk).create("incidents", { title: `Hatch rattles ${scene.id}` });
  const first = await scene.visit("ben");
  await first.mouse.move(0, 0);
  // The stream is opened long after the page was made.
  await first.route("**/live?*", async (route) => { await ada.comment(incident, "Before the stream, dunlin."); await route.continue(); }, { times: 1 });
  await first.goto(pageOf(incident));
  await first.locator(".entry--public", { hasText: "dunlin" }).waitFor();
  // In another tab, whose news the first one passes on, the scripts come late.
  const second = await scene.tab(first);
  await second.mouse.move(0, 0);
  await second.route("**/*.js", async (route) => {
    await ada.comment(incident, "Before the scripts, whimbrel.");
    await first.locator(".entry--public", { hasText: "whimbrel" }).waitFor();
    await route.continue();
  }, { times: 1 });
  await second.goto(pageOf(incident));
  await second.locator(".entry--public", { hasText: "whimbrel" }).waitFor();
});
