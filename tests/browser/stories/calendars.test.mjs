// Calendars of working time and recurring work, kept with a browser.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";

story("A manager makes a calendar, is told what cannot be, and asks when work is done", async (scene) => {
  const page = await scene.visit("ada");
  await page.goto("/calendars/new");
  await page.getByLabel(/^Name/).first().fill(`Early shift ${scene.id}`);
  await page.locator("#zone").fill("Europe/Wien");
  await page.locator("[name='hours.0.day']").selectOption("friday");
  await page.locator("[name='hours.0.opens']").fill("06:00");
  await page.locator("[name='hours.0.closes']").fill("14:00");
  await page.locator("summary", { hasText: "Holidays" }).first().click();
  await page.locator("[name='holiday_sets.0.country']").selectOption("at");
  scene.allow(/status of 422/);
  await page.locator("main form button[type=submit]").last().click();
  await page.getByText("is no time zone that is known here").first().waitFor();
  await page.locator("#zone").fill("Europe/Vienna");
  await page.locator("main form button[type=submit]").last().click();
  await page.getByRole("heading", { name: "Working time" }).waitFor();
  // Friday 1 May 2026 is a holiday: two hours from Friday 24 April, 13:00 lead over it.
  await page.locator("[name=from]").fill("2026-04-24T13:00");
  await page.locator("[name=add]").fill("2h");
  await page.getByRole("button", { name: "Reckon" }).click();
  await page.getByText("Fri 8 May 07:00").first().waitFor();
  await page.getByText("Holiday: Staatsfeiertag").waitFor();
  await page.goto(`${new URL(page.url()).pathname}?year=2026`);
  await page.locator(".working-year").getByRole("link", { name: "2027" }).click();
  await page.locator(".working-year__label", { hasText: "2027" }).waitFor();
});

story("Who asks for recurring work sees its next turns", async (scene) => {
  const page = await scene.visit("ben");
  await page.goto("/schedules/new");
  await page.getByLabel(/^Title/).fill(`Look at the generator ${scene.id}`);
  await page.locator("#starts_on").fill("2030-01-04");
  await page.locator("[name='weekdays.0.day']").selectOption("friday");
  await page.locator("[name='values.0.field']").fill("title");
  await page.locator("[name='values.0.value']").fill("Generator, {{week}}");
  await page.locator("main form button[type=submit]").last().click();
  await page.getByRole("heading", { level: 1, name: `Look at the generator ${scene.id}` }).waitFor();
  const turns = page.locator(".next-turns li");
  await turns.first().waitFor();
  assert.deepEqual((await turns.allTextContents()).map((text) => text.slice(0, 10)), ["Fri 4 Jan ", "Fri 11 Jan", "Fri 18 Jan", "Fri 25 Jan", "Fri 1 Feb "]);
});
