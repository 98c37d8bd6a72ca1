// The minute of an agent: find an incident, answer it, resolve it.
import assert from "node:assert/strict";
import { signIn, story } from "../support/browser.mjs";
import { Hands } from "../support/hands.mjs";
import { as } from "../support/interface.mjs";

story("An agent finds an incident by search, answers it and resolves it in few steps", async (scene) => {
  const title = `Scanner in room 4.12 sends blank pages ${scene.id}`;
  const incident = await as("ella", scene.desk).create("incidents", { title, description: "Since this morning." });

  const page = await scene.stranger();
  await page.goto("/");
  await signIn(page, "ben", scene.desk.passphrase);
  const hands = new Hands(page);
  await hands.press("Control+k");
  await hands.type(page.getByRole("combobox", { name: "Search" }), `blank pages ${scene.id}`);
  await hands.click(page.getByRole("option", { name: title }));
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByText("Since this morning.").waitFor();

  await hands.press("r");
  await hands.type(page.locator("#composer-body"), "We cleaned the glass. Please try again.");
  await hands.press("Control+Enter");
  await page.locator(".entry--public", { hasText: "We cleaned the glass." }).waitFor();

  await hands.click(page.getByRole("button", { name: "More actions" }).or(page.locator("summary[aria-label='More actions']")));
  await hands.click(page.getByRole("link", { name: "Resolve", exact: true }));
  const dialog = page.getByRole("dialog");
  await hands.choose(dialog.getByLabel("Resolution code"), "Fixed");
  await hands.type(dialog.getByLabel("Resolution notes"), "The glass was dirty.");
  await hands.click(dialog.getByRole("button", { name: "Resolve" }));
  await page.locator(".steps [aria-current=step]", { hasText: "Resolved" }).waitFor();

  assert.ok(hands.steps <= 11, `${hands.steps} steps`);
  assert.equal((await as("ben", scene.desk).get(`incidents/${incident.number}`)).state, "resolved");
});

story("An agent finds an incident through the views of a list and takes it", async (scene) => {
  const title = `Badge reader at gate two blinks red ${scene.id}`;
  const incident = await as("ben", scene.desk).create("incidents", { title, requester: "ella", impact: "high", urgency: "high" });

  const page = await scene.visit("ben");
  await page.goto("/");
  const hands = new Hands(page);
  await hands.click(page.getByRole("navigation", { name: "Navigation" }).getByRole("link", { name: "Incidents", exact: true }));
  await hands.click(page.getByRole("link", { name: "Unassigned" }));
  await hands.type(page.getByRole("searchbox", { name: "Search in incidents" }), scene.id);
  await hands.press("Enter");
  await hands.click(page.getByRole("link", { name: title }));
  await page.getByRole("heading", { level: 1, name: title }).waitFor();

  await hands.click(page.getByRole("link", { name: "Start work" }));
  const dialog = page.getByRole("dialog");
  await hands.click(dialog.getByRole("button", { name: "Start work" }));
  await page.locator(".steps [aria-current=step]", { hasText: "In progress" }).waitFor();
  await page.locator("#side-assignee", { hasText: "Ben Lindqvist" }).waitFor();
  assert.ok(hands.steps <= 7, `${hands.steps} steps`);

  await page.goto("/");
  await page.getByRole("link", { name: title }).waitFor();
  assert.equal((await as("ben", scene.desk).get(`incidents/${incident.number}`)).state, "in_progress");
});
