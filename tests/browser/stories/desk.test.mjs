// Several people and several devices at one record: drafts, presence, mentions, canned texts.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

const box = (page) => page.locator("#composer-body");
const unread = (page) => page.locator("[data-inbox-count]");

story("A reply in the making outlives the browser and goes on elsewhere", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Kettle trips ${scene.id}` });
  const first = await scene.visit("ben");
  await first.goto(pageOf(incident));
  await box(first).pressSequentially("Have you tried");
  await first.locator("[data-draft-state]", { hasText: "Draft kept" }).waitFor();
  await first.context().close();
  const second = await scene.visit("ben", { node: "other" });
  await second.goto(pageOf(incident));
  assert.equal(await box(second).inputValue(), "Have you tried");
  await second.locator("[data-draft-line]", { hasText: "Draft from" }).waitFor();
  await second.getByRole("button", { name: "Send reply" }).click();
  await second.locator(".entry--public", { hasText: "Have you tried" }).waitFor();
  const third = await scene.visit("ben");
  await third.goto(pageOf(incident));
  assert.equal(await box(third).inputValue(), "");
  await box(third).fill("Never mind");
  await third.locator("[data-draft-state]", { hasText: "Draft kept" }).waitFor();
  await third.getByRole("button", { name: "Discard" }).click();
  await third.waitForFunction(() => document.querySelector("#composer-body")?.value === "");
  await third.reload();
  assert.equal(await box(third).inputValue(), "");
});

story("What cannot be kept on the server is kept in the browser and sent later", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Fan rattles ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  // Parts of the page may still be on their way when the line goes.
  scene.allow(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch/);
  await page.context().setOffline(true);
  await box(page).pressSequentially("Typed on the train");
  await page.locator(".draft--warning", { hasText: "Kept in this browser" }).waitFor();
  await page.context().setOffline(false);
  await page.locator("[data-draft-state]", { hasText: "Draft kept" }).waitFor();
  const elsewhere = await scene.visit("ben");
  await elsewhere.goto(pageOf(incident));
  assert.equal(await box(elsewhere).inputValue(), "Typed on the train");
});

story("Two agents at one ticket see each other", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Hinge squeaks ${scene.id}` });
  const ben = await scene.visit("ben");
  await ben.goto(pageOf(incident));
  const ada = await scene.visit("ada", { node: "other" });
  await ada.goto(pageOf(incident));
  await ben.locator(".presence__people", { hasText: "Ada Okafor is viewing" }).waitFor();
  await box(ada).pressSequentially("I will take it");
  await ben.locator(".presence__people", { hasText: "Ada Okafor is writing" }).waitFor();
  await box(ben).pressSequentially("Mine");
  await ada.close();
  await ben.waitForFunction(() => !document.querySelector("#presence")?.textContent?.includes("Ada"));
  assert.equal(await box(ben).inputValue(), "Mine", "what one types is not touched");
  const ella = await scene.visit("ella");
  await ella.goto(pageOf(incident));
  assert.equal(await ella.locator("#presence").count(), 0);
});

story("A mention is answered from the inbox", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Shelf leans ${scene.id}` });
  const ada = await scene.visit("ada");
  await ada.goto("/inbox");
  const ben = await scene.visit("ben", { node: "other" });
  await ben.goto(pageOf(incident));
  await ben.keyboard.press("n");
  await box(ben).pressSequentially("Do you know this, @Ada");
  await ben.getByRole("option", { name: /Ada Okafor/ }).waitFor();
  await ben.keyboard.press("Enter");
  assert.match(await box(ben).inputValue(), /Do you know this, @ada $/);
  await ben.keyboard.press("Control+Enter");
  await ben.locator(".entry--internal a", { hasText: "@Ada Okafor" }).waitFor();
  await ada.locator("[data-inbox-item]", { hasText: incident.number }).waitFor();
  assert.ok(Number.parseInt(await unread(ada).textContent(), 10) > 0);
  await ada.locator(".inbox__link", { hasText: incident.number }).click();
  await ada.getByRole("heading", { level: 1, name: incident.fields.title }).waitFor();
  await ada.keyboard.press("n");
  await box(ada).pressSequentially("Yes, the left screw.");
  await ada.keyboard.press("Control+Enter");
  await ada.locator(".entry--internal", { hasText: "left screw" }).waitFor();
  await ben.locator(".entry--internal", { hasText: "left screw" }).waitFor();
  await ada.goto("/inbox");
  assert.equal(await ada.locator("[data-inbox-item]", { hasText: incident.number }).count(), 0, "it is read");
});

story("A canned text comes with its variables filled in", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Blind hangs ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await box(page).pressSequentially("/thanks");
  await page.getByRole("option", { name: /Greeting and thanks/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForFunction((number) => document.querySelector("#composer-body")?.value.includes(number), incident.number);
  assert.match(await box(page).inputValue(), /Ben Lindqvist/);
  assert.doesNotMatch(await box(page).inputValue(), /\{\{/);
});
