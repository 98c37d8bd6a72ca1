// Nothing that was typed gets lost.
import assert from "node:assert/strict";
import { signIn, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

const kept = (page, text) => page.waitForFunction((wanted) => Object.values(localStorage).some((value) => value.includes(wanted)), text);

story("A reply in the making survives a reload, and is forgotten once sent", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Monitor has a line ${scene.id}` });
  const page = await scene.visit("ben");
  await page.goto(pageOf(incident));
  await page.locator("#composer-body").fill("Half an answer");
  await page.reload();
  assert.equal(await page.locator("#composer-body").inputValue(), "Half an answer");
  await page.getByRole("button", { name: "Send reply" }).click();
  await page.locator(".entry--public", { hasText: "Half an answer" }).waitFor();
  // The live timeline may show the reply before the answer to the form has come.
  await page.waitForFunction(() => document.querySelector("#composer-body").value === "");
  await page.reload();
  assert.equal(await page.locator("#composer-body").inputValue(), "");
});

story("A new incident in the making survives a crash of the browser", async (scene) => {
  const page = await scene.visit("ella");
  await page.goto("/incidents/new");
  await page.getByLabel(/^Title/).fill(`Half a title ${scene.id}`);
  await page.getByLabel(/^Description/).fill("Half a description");
  await kept(page, scene.id);
  await kept(page, "Half a description");
  const again = await scene.tab(page);
  await page.close();
  await again.goto("/incidents/new");
  assert.equal(await again.getByLabel(/^Title/).inputValue(), `Half a title ${scene.id}`);
  assert.equal(await again.getByLabel(/^Description/).inputValue(), "Half a description");
});

story("Whose session ended while they wrote signs in again and finds the text", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Ladder wobbles ${scene.id}` });
  const page = await scene.stranger();
  await page.goto(pageOf(incident));
  await signIn(page, "ben", scene.desk.passphrase);
  await page.getByRole("heading", { level: 1, name: incident.fields.title }).waitFor();
  await page.locator("#composer-body").fill("A long and careful answer");
  await page.context().clearCookies();
  scene.allow(/status of 40[13]/);
  await page.getByRole("button", { name: "Send reply" }).click();
  await page.getByText(/Sign in/).first().waitFor();
  await page.goto(pageOf(incident));
  await signIn(page, "ben", scene.desk.passphrase);
  await page.getByRole("heading", { level: 1, name: incident.fields.title }).waitFor();
  assert.equal(await page.locator("#composer-body").inputValue(), "A long and careful answer");
});

story("Whose session ended while they changed a field is told so beside it", async (scene) => {
  const incident = await as("ella", scene.desk).create("incidents", { title: `Socket is loose ${scene.id}`, contact: "desk 1" });
  const page = await scene.stranger();
  await page.goto(pageOf(incident));
  await signIn(page, "ben", scene.desk.passphrase);
  await page.getByRole("link", { name: "Edit Contact" }).click();
  await page.locator("#side-contact input[name=contact]").fill("desk 22");
  await page.context().clearCookies();
  scene.allow(/status of 40[13]/);
  await page.locator("#side-contact").getByRole("button", { name: "Save" }).click();
  await page.locator("#side-contact").getByRole("alert").getByText(/no longer signed in/).waitFor();
  assert.equal(await page.locator("#side-contact input[name=contact]").inputValue(), "desk 22");
});
