// Mail about what people are told: chosen in the settings, seen in the outbox, withheld from who lost the right.
import assert from "node:assert/strict";
import { desks, story } from "../support/browser.mjs";
import { pages } from "../support/accessible.mjs";
import { as } from "../support/interface.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);

/** Looks at a page again until something stands on it. */
async function until(page, address, there) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(address);
    if (await there()) return;
    await page.waitForTimeout(250);
  }
  throw new Error(`${address} never showed it`);
}

story("Somebody chooses a daily digest and finds a burst in it as one message", async (scene) => {
  const page = await scene.visit("finn");
  await page.goto("/settings");
  await page.getByLabel("Mail: my request is answered").selectOption({ label: "In the digest" });
  await page.getByLabel("How often").selectOption({ label: "Every day" });
  await page.locator("[name=digest_at]").fill("25:00");
  scene.allow(/status of 422/);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("must be a time of day, such as 08:00").first().waitFor();
  await page.locator("[name=digest_at]").fill("06:45");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Your settings were saved.").waitFor();
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `The kettle ${scene.id}`, requester: "finn", team: await scene.team() });
  await ben.comment(incident, `First word ${scene.id}`);
  await ben.comment(incident, `Second word ${scene.id}`);
  await page.getByRole("link", { name: "My outgoing mail" }).click();
  await page.getByText("Mail is not set up in this installation").waitFor();
  const digest = page.getByRole("link", { name: "Digest" });
  await until(page, "/outbox?person=me&state=waiting", async () => await digest.count() === 1);
  await until(page, await digest.getAttribute("href"), async () => (await page.locator(".letter__text").textContent()).includes(`Second word ${scene.id}`));
  const text = await page.locator(".letter__text").textContent();
  assert.ok(text.includes(`First word ${scene.id}`) && text.includes(incident.number), text);
  assert.match(text, /You get this because you chose to be told of such things in a digest\./);
  await page.goto("/settings");
  await page.getByLabel("Mail: my request is answered").selectOption({ label: "At once" });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Your settings were saved.").waitFor();
}, ONCE);

story("A message to a colleague who lost the right is withheld, and says why", async (scene) => {
  const ada = as("ada", scene.desk);
  const incident = await ada.create("incidents", { title: `The vault ${scene.id}`, requester: "ella", assignee: "chloe" });
  const page = await scene.visit("chloe");
  const line = page.getByRole("link", { name: `${incident.number} The vault ${scene.id}` });
  await until(page, "/outbox?person=me&state=waiting", async () => await line.count() > 0);
  await line.click();
  await page.getByText(`gave you ${incident.number}`).waitFor();
  const address = page.url();
  // To people of whom she is none.
  await ada.update(incident, { assignee: "ben", team: "Security" });
  await until(page, address, async () => await page.getByText("A record that you may not see").count() > 0);
  assert.equal(await page.getByText(scene.id).count(), 0, "nothing of it shows any more");
  await page.getByRole("button", { name: "Send now" }).click();
  await page.getByText("Withheld").first().waitFor();
  await page.getByText("may not see any of it any more").first().waitFor();
  const keeper = await scene.visit("ada");
  await keeper.goto("/outbox?state=withheld&person=chloe");
  await keeper.getByText("the person may not see any of it any more").first().waitFor();
}, ONCE);

story("An administrator words mail and sees it in each language", async (scene) => {
  const page = await scene.visit("ada");
  await page.goto("/notice-templates/new");
  await page.locator("[name=title]").fill(`Words ${scene.id}`);
  await page.locator("[name=subject]").fill("{{number}}: {{colour}}");
  await page.locator("textarea[name=text]").fill("Dear {{recipient.name}}, {{happened}}");
  scene.allow(/status of 422/);
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByText("names what there is not: {{colour}}").first().waitFor();
  await page.locator("[name=subject]").fill("{{number}}: {{title}}");
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByRole("link", { name: "Preview" }).click();
  await page.getByText("English · This template").waitFor();
  await page.getByText("Deutsch ·").waitFor();
  await page.getByText("Français ·").waitFor();
}, ONCE);

pages("Pages of mail are accessible", "ada", async (scene) => {
  const ada = as("ada", scene.desk);
  const [mail] = await ada.get("outbox?limit=1");
  const [template] = await ada.get("notice-templates?limit=1&sort=number");
  return ["/settings", "/outbox", ...(mail ? [`/outbox/${mail.id}`] : []), `/notice-templates/${template.number}`, `/notice-templates/${template.number}/preview`];
});
