// A requester's laptop: ordered in under a minute, answered by the agent, replied to; and an approval.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { Hands } from "../support/hands.mjs";
import { as } from "../support/interface.mjs";

story("A requester orders a laptop, and the agent sees what was answered", async (scene) => {
  scene.allow(/status of 422/);
  const page = await scene.visit("ella");
  await page.goto("/");
  const hands = new Hands(page);
  const note = `Before the fair ${scene.id}`;
  await hands.type(page.getByRole("searchbox", { name: /What do you need/ }), "notebook");
  await hands.click(page.locator("#answers").getByRole("link", { name: /^Laptop/ }));
  await page.getByRole("heading", { level: 1, name: "Laptop" }).waitFor();
  assert.equal(await page.getByLabel(/Memory in GB/).count(), 0, "not asked before the answer that asks for it");
  await hands.choose(page.getByLabel(/What do you mainly do/), "Software development");
  await page.getByLabel(/Memory in GB/).waitFor();
  await page.getByLabel(/Memory in GB/).fill("20");
  await hands.click(page.getByLabel("Docking station"));
  await page.getByLabel(/Anything else/).fill(note);
  await hands.click(page.getByRole("button", { name: "Order", exact: true }));
  // The server looks at everything once more.
  await page.getByText("Memory in GB: Must be 16, 32 or 64").waitFor();
  assert.equal(await page.getByLabel(/Anything else/).inputValue(), note, "what was typed is still there");
  await page.getByLabel(/Memory in GB/).fill("64");
  await hands.click(page.getByRole("button", { name: "Order", exact: true }));
  await page.getByText("Your order is on its way").waitFor();
  assert.ok(hands.steps <= 7, `${hands.steps} steps`);
  const number = /REQ\d+/.exec(page.url())[0];
  await page.locator(".milestones [aria-current=step]", { hasText: "Approval" }).waitFor();

  const desk = await scene.visit("ben");
  await desk.goto(`/service-requests/${number}`);
  await desk.locator(".answer-list", { hasText: "Software development" }).getByText("64").waitFor();
  await desk.locator("#composer-body").fill("Which colour shall the bag have?");
  await desk.getByRole("button", { name: "Send reply" }).click();
  await desk.locator(".entry--public", { hasText: "Which colour" }).waitFor();

  await page.goto("/portal/requests");
  await page.locator(".follow", { hasText: number }).getByRole("link").click();
  await page.getByText("Which colour shall the bag have?").waitFor();
  await page.locator("#composer-body").fill("Black, please.");
  await page.getByRole("button", { name: "Send reply" }).click();
  await page.locator(".entry--public", { hasText: "Black, please." }).waitFor();
  const kept = await as("ben", scene.desk).get(`service-requests/${number}`);
  assert.equal(kept.fields.answers.find((row) => row.key === "memory").number, "64");
});

story("Who is asked to approve does so from the portal", async (scene) => {
  const page = await scene.visit("ella");
  await page.goto("/portal");
  const waiting = page.locator(".portal-section", { has: page.getByRole("heading", { name: "Waiting for you" }) });
  await waiting.locator(".follow", { hasText: "Access to Meridian" }).first().getByRole("link").click();
  const number = /REQ\d+/.exec(page.url())[0];
  await page.getByText("Write purchase orders").waitFor();
  await page.getByRole("link", { name: "Approve" }).click();
  await page.locator("#dialog").getByRole("button", { name: "Approve" }).click();
  await page.locator(".portal-head__text", { hasText: "Approved" }).waitFor();
  assert.equal((await as("ella", scene.desk).get(`service-requests/${number}`)).state, "approved");
});
