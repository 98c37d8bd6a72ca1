// What was kept in a month is counted, compared, and signed.
import assert from "node:assert/strict";
import { story } from "../support/browser.mjs";
import { as } from "../support/interface.mjs";

story("A service level manager makes the report of the last month and signs it", async (scene) => {
  const ada = as("ada", scene.desk);
  const [agreement] = await ada.get(`agreements?filter=${encodeURIComponent('name == "Northwind standard service levels"')}`);
  const page = await scene.visit("ada");
  await page.goto("/service-levels");
  await page.getByRole("link", { name: "Service level reports" }).click();
  await page.getByRole("link", { name: /^New service level report/ }).first().click();
  const field = page.getByRole("combobox", { name: /^Agreement/ });
  await field.fill("Northwind standard");
  await page.getByRole("option", { name: /Northwind standard/ }).first().click();
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { level: 1, name: /^Northwind standard service levels, \d{4}-\d\d$/ }).waitFor();
  const figures = page.getByRole("region", { name: /Target, Kind, Kept/ });
  await figures.getByText("Resolve incidents").waitFor();
  const number = page.url().split("/").at(-1);

  const move = async (name) => {
    await page.locator(".page-header__actions").getByRole("link", { name, exact: true }).or(page.locator(".page-header__actions > a.button", { hasText: name })).first().click();
    return page.getByRole("dialog");
  };
  scene.allow(/status of 422/);
  await page.locator("summary[aria-label='More actions']").click();
  const dialog = await move("Sign");
  await dialog.getByLabel(/Statement/).fill("As promised, but for one weekend.");
  await dialog.getByLabel(/Your password/).fill("not-my-password");
  await dialog.getByRole("button", { name: "Sign" }).click();
  await dialog.getByRole("link", { name: "Your password is not your password" }).waitFor();
  await dialog.getByLabel(/Your password/).fill(scene.desk.passphrase);
  await dialog.getByRole("button", { name: "Sign" }).click();
  await page.locator(".steps [aria-current=step]", { hasText: "Signed" }).waitFor();
  const signed = await ada.get(`service-level-reports/${number}`);
  assert.equal(signed.fields.agreement.id, agreement.id);
  assert.equal(signed.fields.statement, "As promised, but for one weekend.");
  assert.match(signed.fields.digest, /^[0-9a-f]{64}$/);

  // What the signing changed, held against the draft.
  await page.goto(`/service-level-reports/${number}`);
  await page.locator("summary", { hasText: "As it was" }).click();
  await page.getByRole("link", { name: "Compare" }).click();
  const table = page.getByRole("region", { name: "Two moments compared" });
  await table.getByRole("row", { name: /State.*Draft.*Signed/ }).waitFor();
  await table.getByText("As promised, but for one weekend.").waitFor();
});
