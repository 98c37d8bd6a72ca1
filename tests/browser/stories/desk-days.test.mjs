// Finding one's way: what was opened, what is pinned, what can be done from the search box; days and values of lists.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("An agent acts from the search box and keeps a record at hand", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Scanner makes stripes ${scene.id}`, requester: "ella", team: "Service desk" });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.keyboard.press("Control+k");
  await page.getByRole("option", { name: /Start work/ }).first().waitFor();
  await page.keyboard.type("start w");
  await page.getByRole("option", { name: /Start work/ }).first().click();
  await page.waitForURL(/transitions\/start/);
  await page.goto(pageOf(incident));
  await page.getByLabel("More actions").click();
  await page.getByRole("button", { name: "Pin to the navigation" }).click();
  const pinned = page.locator("#navigation").getByRole("link", { name: `Scanner makes stripes ${scene.id}` });
  await pinned.waitFor();
  await page.goto("/recent");
  assert.equal(await page.getByRole("main").getByText(incident.number).count(), 2, "pinned, and opened");
  await pinned.click();
  await page.waitForURL(new RegExp(incident.number));
  // Somebody else writes after that: the first page says so.
  await page.goto("/incidents");
  await as("ella", scene.desk).comment(incident, "It is worse today.");
  await page.goto("/");
  await page.getByRole("region", { name: "Changed since you looked" }).or(page.getByText("Changed since you looked")).first().waitFor();
});

story("Values are changed over the list, by key", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Lamp flickers ${scene.id}`, requester: "ella", team: "Service desk" });
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&q=${scene.id}`);
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: `Edit ${incident.number}` });
  await dialog.getByLabel("Title").fill(`Lamp is dark ${scene.id}`);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" }).catch(() => dialog.waitFor({ state: "hidden" }));
  await page.locator("[data-row]").getByText(`Lamp is dark ${scene.id}`).waitFor();
  assert.equal(new URL(page.url()).pathname, "/incidents");
});

story("A change stands on its days", async (scene) => {
  const ada = as("ada", scene.desk);
  const change = await ada.create("changes", {
    title: `Core switch replaced ${scene.id}`, description: "Both nodes.", planned_start_at: "2031-05-06T20:00:00Z", planned_end_at: "2031-05-08T04:00:00Z",
  });
  const page = await scene.visit("ada");
  await page.goto(`/changes/calendar?view=all&month=2031-05&q=${scene.id}`);
  await page.getByRole("heading", { name: "May 2031" }).waitFor();
  assert.equal(await page.locator(".calendar__entry").count(), 3, "the sixth, the seventh and the eighth");
  await page.getByRole("link", { name: "Month after" }).click();
  await page.getByRole("heading", { name: "June 2031" }).waitFor();
  assert.equal(await page.locator(".calendar__entry").count(), 0);
  await page.getByRole("link", { name: "Month before" }).click();
  await page.locator(".calendar__entry").first().click();
  await page.waitForURL(new RegExp(change.number));
});
