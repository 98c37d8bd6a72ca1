// A change that two of the board and the change manager authorize, and a policy that a manager writes.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as } from "../support/interface.mjs";

story("Two of the board and the change manager authorize a change, each in their turn", async (scene) => {
  const ada_api = as("ada", scene.desk);
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const later = new Date(Date.now() + 90_000_000).toISOString();
  const item = (await ada_api.get("configuration-items?limit=1"))[0];
  const team = await scene.team();
  const change = await ada_api.create("changes", {
    title: `Swap the core switch ${scene.id}`, change_type: "normal", requester: "ella", team, risk: "high", impact: "high",
    urgency: "medium", configuration_items: [item.number], planned_start_at: soon, planned_end_at: later,
    implementation_plan: "1. Swap", backout_plan: "Swap back",
  });
  await ada_api.move(change, "request_assessment");
  await ada_api.move(change, "request_authorization");

  // The change manager is in the board as well, and sees who is asked.
  const page = await scene.visit("dev");
  await page.goto(`/changes/${change.number}`);
  const round = page.locator("#record-approval");
  await round.getByText("High risk: two of the advisory board").waitFor();
  assert.equal(await round.locator("[data-said=later]").count(), 1, "the second stage waits");
  await round.getByRole("link", { name: "Approve", exact: true }).click();
  await page.locator("#dialog").getByRole("button", { name: "Approve" }).click();
  await round.locator("[data-said=agreed]", { hasText: "Dev Raman" }).waitFor();

  // Another one of the board refuses with a reason, which does not end it; a third agrees, which is enough.
  const chloe = await scene.visit("chloe");
  await chloe.goto("/approvals?view=pending");
  await chloe.getByRole("link", { name: new RegExp(scene.id) }).first().click();
  await chloe.locator("#record-approval").getByRole("link", { name: "Refuse", exact: true }).click();
  const dialog = chloe.locator("#dialog");
  await dialog.getByLabel(/Reason/).fill("The fair is that week");
  await dialog.getByRole("button", { name: "Refuse" }).click();
  await chloe.locator("#record-approval [data-said=refused]", { hasText: "The fair is that week" }).waitFor();
  // The page of the change manager follows by itself.
  await round.locator("[data-said=refused]", { hasText: "The fair is that week" }).waitFor();
  const ada = await scene.visit("ada");
  await ada.goto(`/changes/${change.number}`);
  await ada.locator("#record-approval").getByRole("link", { name: "Approve", exact: true }).click();
  await ada.locator("#dialog").getByRole("button", { name: "Approve" }).click();

  // Now it is the change manager's turn; the step of the change itself means the same answer.
  await round.locator(".approval__question--present", { hasText: "Every normal change" }).waitFor();
  await page.reload();
  await page.getByRole("link", { name: "Authorize", exact: true }).first().click();
  await page.locator("#dialog").getByRole("button", { name: "Authorize", exact: true }).click();
  await page.locator(".record-header [aria-current=step]", { hasText: "Scheduled" }).waitFor();
  const kept = await ada_api.get(`changes/${change.number}`);
  assert.equal(kept.state, "scheduled");
  assert.equal(kept.fields.authorized_by.label, "Dev Raman");
});

story("A manager writes a policy, and the form asks for what applies", async (scene) => {
  scene.allow(/status of 422/);
  const page = await scene.visit("dev");
  await page.goto("/approvals");
  await page.getByRole("link", { name: "Policies" }).click();
  await page.getByRole("link", { name: "New approval policy" }).first().click();
  await page.locator("[name=name]").fill(`Owner of the service ${scene.id}`);
  await page.locator("[name=condition]").fill("risk ==");
  await page.locator("[name=ask]").selectOption("service_owner");
  await page.locator("#people").waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByText(/cannot be used/).first().waitFor();
  await page.locator("[name=condition]").fill("risk == 'moderate'");
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByRole("heading", { level: 1, name: new RegExp(scene.id) }).waitFor();
});

story("Somebody decides from another device by a link, once", async (scene) => {
  const ada = as("ada", scene.desk);
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const later = new Date(Date.now() + 90_000_000).toISOString();
  const [item] = await ada.get("configuration-items?limit=1");
  const change = await ada.create("changes", {
    title: `Move the proxy ${scene.id}`, change_type: "normal", requester: "ella", team: await scene.team(), risk: "high", impact: "high",
    urgency: "medium", configuration_items: [item.number], planned_start_at: soon, planned_end_at: later,
    implementation_plan: "1. Move", backout_plan: "Move back",
  });
  await ada.move(change, "request_assessment");
  await ada.move(change, "request_authorization");
  const page = await scene.visit("dev");
  await page.goto("/approvals?view=pending");
  await page.getByRole("link", { name: new RegExp(scene.id) }).first().click();
  const round = page.url();
  await page.getByRole("button", { name: "Link for another device" }).click();
  const link = await page.locator("code.secret-once").textContent();
  const stranger = await scene.stranger();
  await stranger.goto(new URL(link).pathname);
  await stranger.getByText(`Move the proxy ${scene.id}`).first().waitFor();
  await stranger.getByLabel(/Reason/).fill("Seen on the train");
  await stranger.getByRole("button", { name: "Approve" }).click();
  await stranger.getByRole("heading", { name: "You approved it" }).waitFor();
  scene.allow(/status of 410/);
  await stranger.goto(new URL(link).pathname);
  await stranger.getByRole("heading", { name: "This link was used" }).waitFor();
  await page.goto(round);
  await page.locator("#record-approval [data-said=agreed]", { hasText: "Seen on the train" }).waitFor();
});
