// Calendars of working time, recurring work, and clocks of service levels, with a browser.
import assert from "node:assert/strict";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);

story("A manager makes a calendar, is told what cannot be, and asks when work is done", async (scene) => {
  const page = await scene.visit("ada");
  await page.goto("/calendars/new");
  await page.locator("[name=name]").fill(`Early shift ${scene.id}`);
  await page.locator("[name=zone]").fill("Europe/Wien");
  await page.locator("[name='hours.0.day']").selectOption("friday");
  await page.locator("[name='hours.0.opens']").fill("06:00");
  await page.locator("[name='hours.0.closes']").fill("14:00");
  scene.allow(/status of 422/);
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByText("is no time zone that is known here").first().waitFor();
  await page.locator("[name=zone]").fill("Europe/Vienna");
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByRole("heading", { name: "Working time" }).waitFor();
  // Fridays only: of two hours asked for at 13:00 one is left for the week after.
  await page.locator("[name=from]").fill("2026-04-24T13:00");
  await page.locator("[name=add]").fill("2h");
  await page.getByRole("button", { name: "Reckon" }).click();
  await page.getByText("Fri 1 May 07:00").first().waitFor();
}, ONCE);

story("Who plans recurring work sees its next turns", async (scene) => {
  const page = await scene.visit("ben");
  await page.goto("/schedules/new");
  await page.locator("[name=title]").fill(`Look at the generator ${scene.id}`);
  await page.locator("[name=starts_on]").fill("2030-01-04");
  // Another choice asks for other fields, and what was typed stays.
  await page.locator("[name=repeat]").selectOption("rule");
  await page.locator("[name=rule]").waitFor();
  assert.equal(await page.locator("[name='weekdays.0.day']").count(), 0);
  await page.locator("[name=repeat]").selectOption("weekly");
  await page.locator("[name='weekdays.0.day']").selectOption("friday");
  assert.equal(await page.locator("[name=title]").inputValue(), `Look at the generator ${scene.id}`);
  await page.locator("[name='values.0.field']").fill("title");
  await page.locator("[name='values.0.value']").fill("Generator, {{week}}");
  await page.getByRole("button", { name: /^Create/ }).click();
  const turns = page.locator(".next-turns li");
  await turns.first().waitFor();
  assert.deepEqual((await turns.allTextContents()).map((text) => text.trim().slice(0, 10)), ["Fri 4 Jan ", "Fri 11 Jan", "Fri 18 Jan", "Fri 25 Jan", "Fri 1 Feb "]);
}, ONCE);

story("An agent sees how long is left, why, and that waiting for the requester stops the clock", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Mail stands still ${scene.id}`, requester: "ella", team: await scene.team(), impact: "high", urgency: "high" });
  assert.ok(incident.clocks.length > 0, "an agreement of the demonstration covers it");
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.getByRole("link", { name: "Why is this so?" }).first().click();
  const why = page.getByRole("dialog");
  await why.getByRole("table").first().waitFor();
  assert.match(await why.innerText(), /Began: .* promised/);
  // Waiting for the requester stops it, and the page says so.
  await ben.move(incident, "start");
  await ben.move(incident, "hold", { on_hold_reason: "awaiting_requester" }, { body: "Which mailbox?" });
  await page.goto(`${pageOf(incident)}/clocks`);
  await page.getByRole("cell", { name: "Paused", exact: true }).first().waitFor();
}, ONCE);
