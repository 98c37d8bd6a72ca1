// The minute of somebody who needs help and never saw the system.
import assert from "node:assert/strict";
import { signIn, story } from "../support/browser.mjs";
import { Hands } from "../support/hands.mjs";
import { as } from "../support/interface.mjs";

story("A requester reports something from the home page and finds it there again", async (scene) => {
  const title = `My screen stays black ${scene.id}`;
  const page = await scene.stranger();
  await page.goto("/");
  await signIn(page, "ella", scene.desk.passphrase);
  const hands = new Hands(page);
  await hands.click(page.getByRole("link", { name: /Something does not work/ }));
  await hands.type(page.getByLabel(/^What does not work/), title);
  await hands.type(page.getByLabel(/^What happens/), "It was fine yesterday.");
  await hands.click(page.getByRole("button", { name: "Send report" }));
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByText("Your report has reached us").waitFor();
  assert.ok(hands.steps <= 4, `${hands.steps} steps`);

  await page.goto("/");
  await page.locator(".follow", { hasText: title }).getByText("Received").waitFor();
});

story("A requester answers a question with a file, and the incident goes on", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `The invoice form shows an error ${scene.id}`, requester: "ella", team: await scene.team() });
  const question = { audience: "public", body: "Which number does the error have?" };
  await ben.move(incident, "hold", { on_hold_reason: "awaiting_requester" }, question);

  const page = await scene.visit("ella");
  await page.goto("/");
  await page.getByRole("link", { name: incident.fields.title }).first().click();
  await page.getByText(question.body).waitFor();
  await page.locator("#composer-body").fill("It says 4711, see the picture.");
  await page.getByLabel("Attach files").setInputFiles({ name: "error.png", mimeType: "image/png", buffer: Buffer.from("not really a picture") });
  await page.getByText("error.png (20 B)").waitFor();
  await page.getByRole("button", { name: "Send reply" }).click();
  await page.locator(".entry--public", { hasText: "It says 4711" }).waitFor();
  await page.locator(".file-line, .attachment", { hasText: "error.png" }).first().waitFor();
  await page.locator(".milestones [aria-current=step]", { hasText: "In work" }).waitFor();
  assert.equal((await ben.get(`incidents/${incident.number}`)).state, "in_progress");
  assert.ok(page.url().includes(`/portal/requests/${incident.number}`));
});
