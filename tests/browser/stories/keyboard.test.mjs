// Hands on the keyboard only.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as } from "../support/interface.mjs";

story("Work is done without touching the mouse", async (scene) => {
  const ben = as("ben", scene.desk);
  const titles = ["north", "south", "east"].map((word) => `Mast ${word} is dark ${scene.id}`);
  const incidents = [];
  for (const title of titles) incidents.push(await ben.create("incidents", { title, requester: "ella" }));

  const page = await scene.stranger();
  const { keyboard } = page;
  await page.goto("/");
  await page.locator("#login:focus").waitFor();
  await keyboard.type("ben");
  await keyboard.press("Tab");
  await keyboard.type(scene.desk.passphrase);
  await keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "My work" }).waitFor();

  // To the list by the first links of the page.
  await page.getByRole("link", { name: "Incidents", exact: true }).focus();
  await keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Incidents" }).waitFor();
  // Keys are scripts', which come after the text.
  await page.waitForLoadState();
  await keyboard.press("/");
  await page.locator("[data-filter]:focus").waitFor();
  await keyboard.type(`${scene.id}`);
  await keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.get("q") === scene.id);
  await page.getByRole("link", { name: titles[0] }).waitFor();
  const shown = await page.locator(".list__link").allInnerTexts();
  await keyboard.press("j");
  await keyboard.press("j");
  await keyboard.press("j");
  await keyboard.press("k");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), shown[1]);
  await keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: shown[1] }).waitFor();

  await keyboard.press("r");
  await page.locator("#composer-body:focus").waitFor();
  await keyboard.type("Power is back.");
  await keyboard.press("Control+Enter");
  await page.locator(".entry--public", { hasText: "Power is back." }).waitFor();

  await keyboard.press("?");
  const keys = page.getByRole("dialog");
  await keys.waitFor();
  await keyboard.press("Escape");
  await keys.waitFor({ state: "hidden" });
});

story("The first Tab leads past the navigation", async (scene) => {
  const page = await scene.visit("ben");
  await page.goto("/incidents");
  await page.keyboard.press("Tab");
  const link = page.getByRole("link", { name: /Skip/ });
  assert.ok(await link.evaluate((element) => element === document.activeElement));
  await page.keyboard.press("Enter");
  await page.locator("#main:focus").waitFor();
});

story("Menus and dialogs give the focus back", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Tower light blinks ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(`/incidents/${incident.number}`);
  const menu = page.locator("summary[aria-label='More actions']");
  await menu.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.locator(".menu__item:focus").waitFor();
  await page.keyboard.press("Escape");
  assert.ok(await menu.evaluate((element) => element === document.activeElement), "the menu keeps the focus");
  const start = page.getByRole("link", { name: "Start work" });
  await start.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.ok(await start.evaluate((element) => element === document.activeElement), "the dialog keeps the focus");
});
