// Time with a browser: a clock that is started on a record and stopped anywhere, booked, corrected, and seen in the week.
import assert from "node:assert/strict";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);

story("An agent's clock runs on a record, is booked and put right, and stands in their week", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Badge reader blinks ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.locator("summary[aria-label='More actions']").click();
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Start the clock" }).click()]);
  await page.goto("/incidents");
  const clock = page.getByRole("group", { name: "Your clock" });
  await clock.getByRole("link", { name: incident.number }).waitFor();
  await clock.getByRole("link", { name: "Stop" }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.locator("[name=duration]").inputValue(), "1m", "a minute begun counts as one");
  await dialog.locator("[name=activity]").selectOption({ label: "Remote session" });
  await dialog.locator("[name=note]").fill("Read the log of the reader");
  await Promise.all([page.waitForEvent("load"), dialog.getByRole("button", { name: "Book time" }).click()]);
  await clock.waitFor({ state: "detached" });

  await page.goto(pageOf(incident));
  const entry = page.locator(".entry--worklog", { hasText: "Read the log of the reader" });
  await entry.getByRole("link", { name: "Correct" }).click();
  await dialog.locator("[name=duration]").fill("2 h");
  await dialog.locator("[name=reason]").fill("The clock came late");
  await Promise.all([page.waitForEvent("load"), dialog.getByRole("button", { name: "Correct" }).click()]);
  assert.match(await page.locator(".entry--worklog", { hasText: "Read the log of the reader" }).innerText(), /2 h \(was 1 min\)/);

  await page.goto("/time");
  const row = page.getByRole("row", { name: new RegExp(incident.number) });
  assert.match(await row.innerText(), /2:00/);
}, ONCE);
