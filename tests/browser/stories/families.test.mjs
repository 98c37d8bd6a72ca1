// An outage that gathers forty reports and resolves them, two reports that become one, and one that becomes two.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

story("Forty reports of one outage are gathered, hear the news, and are resolved with it", async (scene) => {
  const ben = as("ben", scene.desk);
  const whole = await ben.create("incidents", { title: `The mail server is down ${scene.id}`, requester: "ada", team: await scene.team() });
  const reports = [];
  for (let place = 1; place <= 40; place += 1) {
    reports.push(await ben.create("incidents", { title: `No mail, report ${place} ${scene.id}`, requester: "ella" }));
  }
  const page = await scene.visit("ben");
  await page.goto(`/incidents?view=all&q=${encodeURIComponent(`report ${scene.id}`)}`);
  await page.locator("[data-row]").first().hover();
  await page.getByRole("checkbox", { name: "Select all rows" }).check();
  const bar = page.locator("form.bulk");
  await bar.getByText("40 selected").waitFor();
  await bar.locator("summary", { hasText: "Set" }).click();
  await bar.getByRole("button", { name: "Another field…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Field").selectOption("parent_incident");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByRole("combobox", { name: "Parent incident" }).fill(whole.number);
  await page.getByRole("option", { name: new RegExp(whole.number) }).first().click();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("button", { name: "Change 40 incidents" }).click();
  await page.getByRole("button", { name: "Undo 40 incidents" }).waitFor();

  // The whole says what goes on, and then it goes on.
  await ben.update(whole, { pass_on_updates: true, pass_on_resolution: true });
  await page.goto(pageOf(whole));
  await page.getByRole("link", { name: "All 40" }).waitFor();
  await page.locator("#composer textarea").fill(`A disk is replaced ${scene.id}`);
  await page.locator("#composer").getByRole("button", { name: "Send" }).click();
  const requester = await scene.visit("ella");
  await requester.goto(`/portal/requests/${reports[39].number}`);
  await requester.getByText(`A disk is replaced ${scene.id}`).waitFor();
  await ben.move(whole, "resolve", { resolution_code: "fixed", resolution_notes: `The disk was replaced ${scene.id}` });
  await page.goto(`/incidents?view=all&q=${encodeURIComponent(`report ${scene.id}`)}`);
  for (let tries = 0; tries < 40; tries += 1) {
    const open = await ben.get(`incidents?filter=${encodeURIComponent(`parent_incident == "${whole.number}" && state != "resolved"`)}`);
    if (open.length === 0) break;
    await new Promise((resolve) => { setTimeout(resolve, 250); });
  }
  const part = await ben.get(`incidents/${reports[0].number}`);
  assert.equal(part.state, "resolved");
  assert.equal(part.fields.requester.label, "Ella Novak");
  await page.goto(pageOf(part));
  await page.getByText(/following/).first().waitFor();
  await page.getByText(`The disk was replaced ${scene.id}`).first().waitFor();
});

story("Two reports become one and part again; what was said becomes a report of its own", async (scene) => {
  const ben = as("ben", scene.desk);
  const kept = await ben.create("incidents", { title: `Badge reader dead ${scene.id}`, requester: "ella" });
  const gone = await ben.create("incidents", { title: `Door does not open ${scene.id}`, requester: "ada" });
  await ben.comment(gone, `The lamp in the hall flickers too ${scene.id}`);
  const page = await scene.visit("ben");
  await page.goto(pageOf(gone));
  await page.locator("summary[aria-label='More actions']").click();
  await page.getByRole("link", { name: "Merge into another" }).first().click();
  const dialog = page.locator("#dialog");
  await dialog.getByRole("combobox", { name: "Duplicate of" }).fill(kept.number);
  await page.getByRole("option", { name: new RegExp(kept.number) }).first().click();
  await dialog.getByRole("button", { name: "Merge into another" }).click();
  // One is led on.
  await page.waitForURL(new RegExp(`${kept.number}$`));
  await page.locator("summary", { hasText: `Merged into this: ${gone.number}` }).click();
  await page.getByText(`The lamp in the hall flickers too ${scene.id}`).waitFor();
  await page.getByRole("link", { name: `Open ${gone.number}` }).click();
  await page.getByText(`This was merged into ${kept.number}`).waitFor();
  await page.locator("summary[aria-label='More actions']").click();
  await page.getByText("Separate again").first().click();
  await dialog.getByRole("button", { name: "Separate again" }).click();
  await page.locator(".record-header [aria-current=step]", { hasText: "In progress" }).waitFor();
  await page.getByRole("link", { name: "Make a new one of this" }).first().click();
  assert.match(await page.getByLabel("Title", { exact: false }).first().inputValue(), /The lamp in the hall/);
  await page.getByRole("button", { name: "Create incident" }).click();
  await page.getByText("split off from").first().waitFor();
});
