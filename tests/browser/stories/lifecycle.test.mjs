// An incident from its first to its last state.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

async function move(page, name) {
  const main = page.locator(".page-header__actions > a.button", { hasText: new RegExp(`^${name}$`) });
  if (await main.count()) return main.click();
  await page.locator("summary[aria-label='More actions']").click();
  await page.locator(".page-header__actions").getByRole("link", { name, exact: true }).click();
}

async function offered(page) {
  await page.locator("summary[aria-label='More actions']").click();
  const names = await page.locator(".page-header__actions").getByRole("link").allInnerTexts();
  await page.keyboard.press("Escape");
  return names.map((name) => name.trim());
}

const state = (page, name) => page.locator(".steps [aria-current=step]", { hasText: name }).waitFor();

story("An incident goes through its whole life by the moves that are allowed", async (scene) => {
  const team = await scene.team();
  const incident = await as("ella", scene.desk).create("incidents", { title: `Wind data arrives late ${scene.id}` });
  const ben = await scene.visit("ben");
  const ella = await scene.visit("ella", { node: "other" });
  await ben.goto(pageOf(incident));
  await ella.goto(pageOf(incident));
  await state(ben, "New");
  assert.ok(!(await offered(ben)).includes("Close"), "a new incident can be closed");
  const hers = await offered(ella);
  assert.ok(!hers.includes("Resolve") && !hers.includes("Start work") && hers.includes("Cancel"), `the requester may ${hers}`);

  // Work cannot start without a team.
  const dialog = ben.getByRole("dialog");
  await move(ben, "Start work");
  scene.allow(/status of 422/);
  await dialog.getByRole("combobox", { name: /^Team/ }).fill("");
  await dialog.getByRole("button", { name: "Start work" }).click();
  await dialog.getByRole("alert").getByText(/Team/).waitFor();
  await dialog.getByRole("combobox", { name: /^Team/ }).fill(team);
  await dialog.getByRole("option").first().click();
  await dialog.getByRole("button", { name: "Start work" }).click();
  await state(ben, "In progress");

  // Waiting for the requester needs the reason and a question.
  await move(ben, "Put on hold");
  await dialog.getByLabel(/On hold reason/i).selectOption({ label: "Awaiting requester" });
  await dialog.getByRole("button", { name: "Put on hold" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel(/Message to the requester/).fill("Since when exactly?");
  await dialog.getByRole("button", { name: "Put on hold" }).click();
  await state(ben, "On hold");
  await ben.locator(".entry--public", { hasText: "Since when exactly?" }).waitFor();

  // The answer resumes it.
  await ella.locator(".entry--public", { hasText: "Since when exactly?" }).waitFor();
  await ella.locator("#composer-body").fill("Since Monday.");
  await ella.getByRole("button", { name: "Send reply" }).click();
  await state(ella, "In progress");
  await state(ben, "In progress");

  await move(ben, "Resolve");
  await dialog.getByLabel(/Resolution code/).selectOption({ label: "Workaround given" });
  await dialog.getByLabel(/Resolution notes/).fill("Polls every minute now.");
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await state(ben, "Resolved");

  // Not content: the requester reopens it with a word, and later closes it.
  await state(ella, "Resolved");
  await move(ella, "Reopen");
  await ella.getByRole("dialog").getByLabel(/Message/).fill("It is late again.");
  await ella.getByRole("dialog").getByRole("button", { name: "Reopen" }).click();
  await state(ella, "In progress");
  await as("ben", scene.desk).move(incident, "resolve", { resolution_code: "fixed", resolution_notes: "A new line." });
  await state(ella, "Resolved");
  await move(ella, "Close");
  await ella.getByRole("dialog").getByLabel(/Satisfaction/).fill("5");
  await ella.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  await state(ella, "Closed");
  const end = await as("ben", scene.desk).get(`incidents/${incident.number}`);
  assert.equal(end.state, "closed");
  assert.equal(end.fields.reopen_count, 1);
});
