// Many records at once, and lists under a name.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

async function three(scene) {
  const ben = as("ben", scene.desk);
  const titles = ["first", "second", "third"].map((word) => `Projector shows ${word} colour only ${scene.id}`);
  return Promise.all(titles.map((title) => ben.create("incidents", { title, requester: "ella" })));
}

story("An agent hands several incidents to a colleague and takes it back", async (scene) => {
  const incidents = await three(scene);
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&q=${scene.id}`);
  const rows = page.locator("[data-row]");
  assert.equal(await rows.count(), 3);
  await rows.nth(0).hover();
  await page.getByRole("checkbox", { name: "Select all rows" }).check();
  const bar = page.locator("form.bulk");
  await bar.getByText("3 selected").waitFor();
  await bar.locator("summary", { hasText: "Set" }).click();
  await bar.getByRole("button", { name: "Assignee" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Assignee" }).fill("ada");
  await page.getByRole("option", { name: /Ada/ }).first().click();
  await dialog.getByRole("button", { name: "Preview" }).click();

  const start = page.getByRole("button", { name: "Change 3 incidents" });
  await start.waitFor();
  const ben = as("ben", scene.desk);
  assert.equal((await ben.get(`incidents/${incidents[0].number}`)).fields.assignee ?? null, null, "nothing changed yet");
  await start.click();
  // The page tells by itself when it is done.
  const undo = page.getByRole("button", { name: "Undo 3 incidents" });
  await undo.waitFor();
  assert.match((await ben.get(`incidents/${incidents[0].number}`)).fields.assignee.label, /Ada/);

  // What somebody changes meanwhile stays.
  await as("ada", scene.desk).update(incidents[1], { assignee: "ben" });
  await undo.click();
  await page.getByText("What was undone").waitFor();
  await page.getByText("Changed since, so left as it is: Assignee").waitFor();
  assert.equal((await ben.get(`incidents/${incidents[0].number}`)).fields.assignee ?? null, null);
  assert.match((await ben.get(`incidents/${incidents[1].number}`)).fields.assignee.label, /Ben/);
  await page.goto(pageOf(incidents[0]));
  await page.getByText(/in bulk edit/).first().waitFor();
});

story("Rows that are ticked stay so when others change", async (scene) => {
  const incidents = await three(scene);
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&q=${scene.id}`);
  const box = page.locator(`[data-select][value="${incidents[2].id}"]`);
  await page.locator("[data-row]").first().hover();
  await box.check();
  await as("ada", scene.desk).update(incidents[0], { title: `Projector repaired ${scene.id}` });
  await page.getByText(`Projector repaired ${scene.id}`).or(page.getByRole("button", { name: "Refresh" })).first().waitFor();
  const refresh = page.getByRole("button", { name: "Refresh" });
  if (await refresh.isVisible()) await refresh.click();
  await page.getByText(`Projector repaired ${scene.id}`).waitFor();
  assert.ok(await box.isChecked());
  await page.locator("form.bulk").getByText("1 selected").waitFor();
});

story("A list is saved for a team, and its members find it", async (scene) => {
  await three(scene);
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&q=${scene.id}&group=state`);
  await page.locator(".list__group", { hasText: "New" }).getByText("3").waitFor();
  await page.locator("summary", { hasText: "Views" }).click();
  await page.getByRole("link", { name: "Save as a view…" }).click();
  const dialog = page.getByRole("dialog");
  const name = `Projectors ${scene.id}`;
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Who sees it").selectOption({ label: "Team Service desk" });
  await dialog.getByLabel("Pin in my navigation").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/view=\d+/);
  // It stands in the navigation with its count.
  const pinned = page.getByRole("navigation", { name: "Navigation" }).getByRole("link", { name: new RegExp(name) });
  await pinned.getByText("3", { exact: true }).waitFor();
  const address = new URL(page.url());

  // Somebody outside the team has no such view; the address shows the usual list.
  const ada = await scene.visit("ada");
  await ada.goto("/incidents");
  assert.equal(await ada.getByText(name).count(), 0);

  await page.goto(`${address.pathname}${address.search}&sort=-created_at`);
  await page.getByText(`Differs from “${name}”`).waitFor();
  await page.locator("summary", { hasText: "Views" }).click();
  await page.getByRole("link", { name: "Save changes to this view…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove this view" }).click();
  await page.waitForURL(/\/incidents$/);
  assert.equal(await page.getByText(name).count(), 0);
});

story("A list becomes a file", async (scene) => {
  await three(scene);
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&q=${scene.id}`);
  for (const [label, name] of [["Export as CSV", "incidents.csv"], ["Export for Excel", "incidents.xlsx"]]) {
    await page.locator("summary[aria-label='More for this list']").click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: label }).click()]);
    assert.equal(file.suggestedFilename(), name);
    await page.keyboard.press("Escape");
  }
});

story("A card is dragged to where its lifecycle lets it go", async (scene) => {
  const [one] = await three(scene);
  const page = await scene.visit("ben");
  await page.goto(`/incidents/board?view=all&q=${scene.id}&group=state`);
  const card = page.locator("[data-card]", { hasText: one.number });
  const column = (key) => page.locator(`[data-column=${key}]`);
  const into = (key) => column(key).locator("[data-card]", { hasText: one.number }).waitFor();
  await column("new").locator("[data-card]").nth(2).waitFor();
  // What a step needs is asked for, and the board is where one comes back to.
  await card.dragTo(column("in_progress"));
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Team" }).waitFor();
  await dialog.getByRole("button", { name: "Start work" }).click();
  await into("in_progress");
  assert.match(page.url(), /\/incidents\/board/);
  // Not to where there is no way.
  await card.dragTo(column("new"));
  await into("in_progress");
  // By keys as well: over the columns that will not have it.
  await card.getByRole("link", { name: one.fields.title }).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await dialog.getByLabel("On hold reason").selectOption({ label: "Awaiting vendor" });
  await dialog.getByRole("button", { name: "Put on hold" }).click();
  await into("on_hold");
  // What others move waits for who is at work on the board.
  await column("new").hover();
  await as("ada", scene.desk).move(one, "resume");
  await page.getByRole("button", { name: "Refresh" }).click();
  await into("in_progress");
});

story("A card dragged to a colleague is theirs", async (scene) => {
  const [one] = await three(scene);
  await as("ben", scene.desk).update(one, { assignee: "ada" });
  const page = await scene.visit("ben");
  await page.goto(`/incidents/board?view=all&q=${scene.id}&group=assignee`);
  const nobody = page.locator("[data-column=none] [data-card]");
  await nobody.nth(1).waitFor();
  const title = await nobody.first().locator(".card__link").innerText();
  await nobody.first().dragTo(page.locator("[data-column][data-label^='Ada']"));
  await page.locator("[data-column][data-label^='Ada'] [data-card]", { hasText: title }).waitFor();
});
