// Values changed where they stand.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("A field beside the record is changed in place, its record found while typing", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Laptop fan is loud ${scene.id}`, requester: "ella" });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.getByRole("link", { name: "Edit Assignee" }).click();
  const field = page.locator("#side-assignee").getByRole("combobox");
  await field.pressSequentially("Chloe");
  await page.getByRole("option", { name: /Chloe Marchetti/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#side-assignee").getByRole("button", { name: "Save" }).click();
  await page.locator(".side-field#side-assignee", { hasText: "Chloe Marchetti" }).waitFor();

  await page.getByRole("link", { name: "Edit Impact" }).click();
  await page.locator("#side-impact select").selectOption({ label: "High" });
  await page.locator("#side-impact").getByRole("button", { name: "Save" }).click();
  await page.locator(".side-field#side-impact", { hasText: "High" }).waitFor();
  const now = await ben.get(`incidents/${incident.number}`);
  assert.equal(now.fields.impact, "high");
  assert.equal(now.fields.assignee.label, "Chloe Marchetti");
});

story("Escape leaves a field as it was", async (scene) => {
  const incident = await as("ben", scene.desk).create("incidents", { title: `Desk lamp flickers ${scene.id}`, requester: "ella" });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.getByRole("link", { name: "Edit Urgency" }).click();
  await page.locator("#side-urgency select").selectOption({ label: "High" });
  await page.keyboard.press("Escape");
  await page.locator(".side-field#side-urgency").waitFor();
  assert.equal((await as("ben", scene.desk).get(`incidents/${incident.number}`)).fields.urgency, incident.fields.urgency);
});

story("The title is changed in its place", async (scene) => {
  const incident = await as("ben", scene.desk).create("incidents", { title: `Pritner jams ${scene.id}`, requester: "ella" });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.keyboard.press("e");
  const form = page.locator("[data-side-form]#side-title");
  await form.getByRole("textbox").fill(`Printer jams ${scene.id}`);
  await form.getByRole("textbox").press("Enter");
  await page.getByRole("heading", { level: 1, name: `Printer jams ${scene.id}` }).waitFor();
});

story("Who saves second sees both values and decides", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Phone has no tone ${scene.id}`, requester: "ella", contact: "desk 12" });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.getByRole("link", { name: "Edit Contact" }).click();
  await page.locator("#side-contact input[name=contact]").fill("desk 14");
  await as("ada", scene.desk, "other").update(incident, { contact: "desk 13" });
  scene.allow(/status of 422/);
  await page.locator("#side-contact").getByRole("button", { name: "Save" }).click();
  await page.locator("#side-contact .field__errors", { hasText: "“desk 13” by Ada Okafor" }).filter({ hasText: "“desk 14”" }).waitFor();
  await page.locator("#side-contact input[name=contact]:focus").waitFor();
  assert.equal((await ben.get(`incidents/${incident.number}`)).fields.contact, "desk 13");
  await page.locator("#side-contact").getByRole("button", { name: "Save" }).click();
  await page.locator(".side-field#side-contact", { hasText: "desk 14" }).waitFor();
});
