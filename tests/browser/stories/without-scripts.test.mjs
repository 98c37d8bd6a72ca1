// Core work in a browser that runs no scripts.
import assert from "node:assert/strict";
import { signIn, story } from "../support/browser.mjs";
import { as } from "../support/interface.mjs";

story("A requester and an agent do their work without scripts", async (scene) => {
  const team = await scene.team();
  const title = `Fax machine is silent ${scene.id}`;
  const ella = await scene.stranger({ javaScriptEnabled: false });
  await ella.goto("/");
  await signIn(ella, "ella", scene.desk.passphrase);
  await ella.getByRole("link", { name: /Something does not work/ }).click();
  await ella.getByLabel(/^What does not work/).fill(title);
  await ella.getByLabel(/^What happens/).fill("No beep.");
  await ella.getByRole("button", { name: "Send report" }).click();
  await ella.getByRole("heading", { level: 1, name: title }).waitFor();
  await ella.locator("#composer-body").fill("It is urgent.");
  await ella.getByLabel("Attach files").setInputFiles({ name: "fax.txt", mimeType: "text/plain", buffer: Buffer.from("beep") });
  await ella.getByRole("button", { name: /Send reply/ }).click();
  await ella.locator(".entry--public", { hasText: "It is urgent." }).waitFor();
  const number = new URL(ella.url()).pathname.split("/").at(-1);

  const ben = await scene.stranger({ javaScriptEnabled: false });
  await ben.goto(`/incidents/${number}`);
  await signIn(ben, "ben", scene.desk.passphrase);
  await ben.getByRole("link", { name: "Edit Team" }).click();
  await ben.getByLabel(/^Team/).fill(team);
  await ben.getByRole("button", { name: "Save" }).click();
  await ben.locator("#side-team", { hasText: team }).waitFor();
  await ben.getByRole("link", { name: "Start work" }).click();
  await ben.getByRole("button", { name: "Start work" }).click();
  await ben.locator(".steps [aria-current=step]", { hasText: "In progress" }).waitFor();

  await ben.locator(".composer").getByText("Internal note").click();
  await ben.locator("#composer-body").fill("Needs paper.");
  await ben.getByRole("button", { name: /Add note/ }).click();
  await ben.locator(".entry--internal", { hasText: "Needs paper." }).waitFor();

  await ben.locator("summary[aria-label='More actions']").click();
  await ben.getByRole("link", { name: "Edit all fields" }).click();
  await ben.getByLabel(/^Title/).fill(`${title}, again`);
  await ben.getByRole("button", { name: "Save" }).click();
  await ben.getByRole("heading", { level: 1, name: `${title}, again` }).waitFor();

  await ben.locator("summary[aria-label='More actions']").or(ben.getByRole("link", { name: "Resolve" })).first().waitFor();
  await ben.getByRole("link", { name: "Resolve" }).click();
  await ben.getByLabel(/Resolution code/).selectOption({ label: "Advice given" });
  await ben.getByLabel(/Resolution notes/).fill("Added paper.");
  await ben.getByRole("button", { name: "Resolve" }).click();
  await ben.locator(".steps [aria-current=step]", { hasText: "Resolved" }).waitFor();
  assert.equal((await as("ben", scene.desk).get(`incidents/${number}`)).state, "resolved");

  await ben.goto("/incidents");
  await ben.getByRole("searchbox", { name: "Search in incidents" }).fill(`${scene.id}`);
  await ben.getByRole("searchbox", { name: "Search in incidents" }).press("Enter");
  await ben.getByText(/Nothing|No incidents/i).first().waitFor();
});
