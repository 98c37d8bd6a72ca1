// The operations calendar, what stands in the way of a change, and a link for a calendar program, with a browser.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);

story("A change manager plans into a freeze, is told, and moves the change out of it", async (scene) => {
  const ada = as("ada", scene.desk);
  const [storage] = await ada.get("configuration-items?limit=1");
  const change = await ada.create("changes", {
    title: `Move the archive ${scene.id}`, configuration_items: [storage.number],
    planned_start_at: "2031-03-12T18:00:00Z", planned_end_at: "2031-03-12T20:00:00Z",
  });
  const page = await scene.visit("dev");
  await page.goto("/freezes/new");
  await page.locator("[name=title]").fill(`Spring closing ${scene.id}`);
  await page.locator("[name=reason]").fill("Books are closed");
  await page.locator("[name=begin_at]").fill("2031-03-10T08:00");
  await page.locator("[name=end_at]").fill("2031-03-14T18:00");
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByRole("heading", { name: `Spring closing ${scene.id}` }).waitFor();
  const freeze = page.url().split("/").pop();
  // The change says so, and leads to the week in which it lies.
  await page.goto(pageOf(change));
  await page.getByRole("heading", { name: "In the way" }).waitFor();
  await page.getByRole("link", { name: new RegExp(`^${freeze} Spring closing`) }).waitFor();
  await page.getByRole("link", { name: "See this week in the operations calendar" }).click();
  const entry = page.getByRole("link", { name: new RegExp(`Move the archive ${scene.id}`) });
  await entry.waitFor();
  assert.match(await entry.innerText(), /Lies in the freeze/);
  // Only freezes, by the keyboard; and back.
  await page.getByRole("navigation", { name: "Kinds of time" }).first().getByRole("link", { name: "Freeze" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("[aria-current=true]").getByText("Freeze").first().waitFor();
  assert.equal(await entry.count(), 0);
  await page.getByRole("link", { name: new RegExp(`Spring closing ${scene.id}`) }).first().waitFor();
  // A week later nothing is in its way.
  await ada.update(change, { planned_start_at: "2031-03-19T18:00:00Z", planned_end_at: "2031-03-19T20:00:00Z" });
  await page.goto(pageOf(change));
  await page.getByRole("heading", { name: new RegExp(`Move the archive ${scene.id}`) }).first().waitFor();
  assert.equal(await page.getByRole("heading", { name: "In the way" }).count(), 0);
}, ONCE);

story("A calendar program gets what a link leads to, until it is revoked", async (scene) => {
  const page = await scene.visit("dev");
  await page.goto("/operations-calendar?view=agenda&time=freeze");
  await page.getByRole("link", { name: "Subscribe" }).first().click();
  await page.getByText("It will show:").waitFor();
  await page.locator("[name=name]").fill(`Wall ${scene.id}`);
  await page.getByRole("button", { name: "Make the link" }).click();
  const address = (await page.locator(".feed-address").innerText()).trim();
  assert.match(address, /^http.*\/calendars\/stc_[\w-]{43}\.ics$/);
  // As a program does: without a session.
  const fetched = await fetch(address);
  assert.equal(fetched.status, 200);
  assert.match(fetched.headers.get("content-type"), /^text\/calendar/);
  const text = await fetched.text();
  assert.match(text, /^BEGIN:VCALENDAR/);
  assert.match(text, /Quarter closing in Meridian/);
  const again = await fetch(address, { headers: { "if-none-match": fetched.headers.get("etag") } });
  assert.equal(again.status, 304);
  await page.goto("/calendar-feeds");
  assert.equal(await page.locator(".feed-address").count(), 0);
  const item = page.getByRole("listitem").filter({ hasText: `Wall ${scene.id}` });
  await item.getByRole("button", { name: "Revoke" }).click();
  await item.waitFor({ state: "detached" });
  assert.equal((await fetch(address)).status, 404);
}, ONCE);

story("A calendar takes its holidays over from a feed elsewhere", async (scene) => {
  const day = `Works outing ${scene.id}`;
  const served = [];
  const elsewhere = createServer((request, response) => {
    served.push(request.url);
    const lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", `SUMMARY:${day}`, "DTSTART;VALUE=DATE:20310319", "END:VEVENT", "END:VCALENDAR", ""];
    response.writeHead(200, { "Content-Type": "text/calendar", ETag: '"1"' }).end(lines.join("\r\n"));
  });
  await new Promise((resolve) => elsewhere.listen(0, resolve));
  try {
    const calendar = await as("ada", scene.desk).create("calendars", {
      name: `Workshop ${scene.id}`, zone: "Europe/Vienna", hours: [{ day: "monday", opens: "08:00", closes: "17:00" }],
      feed_address: `http://localhost:${elsewhere.address().port}/days.ics`,
    });
    const page = await scene.visit("ada");
    await page.goto(pageOf(calendar));
    const feed = page.locator("#holiday-feed");
    await feed.getByText("Nothing was taken over yet.").or(feed.getByText("One event.")).waitFor();
    await feed.getByRole("button", { name: "Fetch now" }).click();
    await feed.getByText("One event.").waitFor();
    assert.ok(served.length > 0 && served.every((path) => path === "/days.ics"));
    await page.goto(`${new URL(page.url()).pathname}?year=2031`);
    await page.getByText(day).first().waitFor();
  } finally {
    await new Promise((resolve) => elsewhere.close(resolve));
  }
}, ONCE);

story("On a telephone the calendar begins with an agenda", async (scene) => {
  const page = await scene.visit("dev");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/operations-calendar");
  const agenda = page.locator(".calendar-narrow .agenda");
  await agenda.waitFor();
  assert.ok(await agenda.isVisible());
  assert.equal(await page.locator(".calendar-wide").isVisible(), false);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.equal(await agenda.isVisible(), false);
  assert.ok(await page.locator(".calendar-wide .calendar__month").isVisible());
}, ONCE);
