// Links, watching, time.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("Two records are linked and parted again", async (scene) => {
  const ben = as("ben", scene.desk);
  const [one, other] = await Promise.all(["first", "second"].map((word) => ben.create("incidents", { title: `Door ${word} opens slowly ${scene.id}`, requester: "ella" })));
  const page = await scene.visit("ben");
  await page.goto(pageOf(one));
  await page.getByText("Link another record").click();
  await page.getByRole("combobox", { name: "Record" }).fill(other.number);
  await page.getByRole("option", { name: new RegExp(other.fields.title) }).click();
  await page.locator(".rail-section", { hasText: "Link another record" }).getByRole("button", { name: "Link", exact: true }).click();
  const related = page.locator(".rail-section", { hasText: "Related" });
  await related.getByRole("link", { name: other.fields.title }).waitFor();
  await page.goto(pageOf(other));
  await page.locator(".rail-section", { hasText: "Related" }).getByRole("link", { name: one.fields.title }).waitFor();
  await page.goto(pageOf(one));
  await related.getByRole("button", { name: /Remove|End|Unlink|Take/ }).click();
  await related.getByRole("link", { name: other.fields.title }).waitFor({ state: "detached" });
});

story("Somebody watches a record and stops again", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Lift stops between floors ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.getByRole("button", { name: /^Watch\b/ }).click();
  await page.getByRole("button", { name: /^Watching/ }).click();
  await page.getByRole("button", { name: /^Watch\b(?!ing)/ }).waitFor();
});

story("Time is booked in words that people use", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Coffee counter miscounts ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.locator("summary[aria-label='More actions']").click();
  await page.getByRole("link", { name: "Book time" }).click();
  const dialog = page.getByRole("dialog");
  scene.allow(/status of 422/);
  await dialog.locator("[name=duration]").fill("a while");
  await dialog.getByRole("button", { name: /Book/ }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.locator("[name=duration]").fill("1 h 30 min");
  await dialog.locator("[name=note]").fill("Counted by hand");
  await dialog.getByRole("button", { name: /Book/ }).click();
  const entry = page.locator(".entry--worklog", { hasText: "Counted by hand" });
  await entry.waitFor();
  assert.match(await entry.innerText(), /1 h 30 min/);
});
