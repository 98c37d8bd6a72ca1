// Who may see what, and why; and seeing Steward as somebody else.
import assert from "node:assert/strict";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";
import { pages } from "../support/accessible.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);

story("An administrator asks who can see an incident, and why somebody else cannot", async (scene) => {
  const incident = await as("ben", scene.desk).create("incidents", { title: `The door of the archive sticks ${scene.id}`, requester: "ella", team: await scene.team() });
  const page = await scene.visit("ada");
  await page.goto(pageOf(incident));
  await page.locator("summary[aria-label='More actions'], button[aria-label='More actions']").first().click();
  await page.getByRole("link", { name: "Who can see this" }).click();
  await page.getByText("Everybody who can see this record now").waitFor();
  const table = page.getByRole("region", { name: "Who can see this" });
  await table.getByText("named here").first().waitFor();
  await page.getByLabel("Name").fill("zzzz-nobody-is-called-so");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("heading", { name: "Nobody" }).waitFor();
  // What one person may do, with each condition in words.
  const [ella] = await as("ada", scene.desk).get("people?q=login:ella");
  await page.goto(`${pageOf(incident)}/who?person=${ella.number}`);
  await page.getByText("Sees this record, with fields as requester.").waitFor();
  await page.getByText("Requester is the person").first().waitFor();
  await page.getByRole("heading", { name: "Moves" }).waitFor();
  assert.ok(await page.getByText("Only as staff.").count() > 0, "a move of staff says what it takes");
}, ONCE);

story("An administrator sees Steward as a requester, changes nothing, and the requester is told", async (scene) => {
  const incident = await as("ben", scene.desk).create("incidents", { title: `The lamp flickers ${scene.id}`, requester: "ella", team: await scene.team() });
  const [ella] = await as("ada", scene.desk).get("people?q=login:ella");
  const page = await scene.visit("ada");
  await page.goto(`/people/${ella.number}/reach`);
  await page.getByRole("heading", { name: "Records" }).waitFor();
  await page.getByRole("link", { name: "See as this person" }).click();
  scene.allow(/status of 422/);
  scene.allow(/status of 403/);
  await page.getByRole("button", { name: "See as this person" }).click();
  await page.getByText("is required").first().waitFor();
  await page.getByLabel("Reason").fill(`Ella cannot find her report ${scene.id}`);
  await page.getByRole("button", { name: "See as this person" }).click();
  const bar = page.getByRole("complementary", { name: "Looking as somebody else" });
  await bar.getByText(`Ella cannot find her report ${scene.id}`).waitFor();
  await page.goto("/portal/requests");
  await page.getByText(`The lamp flickers ${scene.id}`).first().waitFor();
  await page.goto(pageOf(incident));
  await bar.waitFor();
  await page.goto("/account");
  await page.getByText("Not shown while you look as somebody else").first().waitFor();
  await bar.waitFor();
  await page.goto("/");
  await bar.getByRole("button", { name: "End" }).click();
  await page.getByText(`Ella cannot find her report ${scene.id}`).first().waitFor();
  assert.equal(await bar.count(), 0, "the bar is gone");
  const told = await scene.visit("ella");
  await assert.doesNotReject(async () => {
    for (let tries = 0; tries < 40; tries += 1) {
      await told.goto("/inbox");
      if (await told.getByText(`Ella cannot find her report ${scene.id}`).count() > 0) return;
      await told.waitForTimeout(250);
    }
    throw new Error("she was never told");
  });
}, ONCE);

pages("Pages on who may see what are accessible", "ada", async (scene) => {
  const ada = as("ada", scene.desk);
  const [incident] = await ada.get("incidents?limit=1&sort=number");
  const [ella] = await ada.get("people?q=login:ella");
  const of = pageOf(incident);
  return ["/access", "/access/roles/agent", "/access/kinds/incident", `${of}/who`, `${of}/who?person=${ella.number}`, `/people/${ella.number}/reach`, `/people/${ella.number}/view-as`];
});
