// Automation rules with a browser: made by a form, tried on the past, put in force, explained on the record.
import assert from "node:assert/strict";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";
import { pages } from "../support/accessible.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);

story("A practice manager makes a rule, tries it, puts it in force, and sees why it acted", async (scene) => {
  const page = await scene.visit("greta");
  const word = `zebra${scene.id}`.replace(/[^a-z0-9]/gi, "");
  await page.goto("/rules/new");
  await page.locator("[name=title]").fill(`Zebras are urgent ${scene.id}`);
  await page.locator("[name=condition]").fill(`titel.contains("${word}")`);
  await page.locator("[name='actions.0.target']").fill("urgency");
  await page.locator("[name='actions.0.value']").fill("high");
  await page.locator("[name='actions.0.action']").selectOption("set");
  scene.allow(/status of 422/);
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByText("did you mean `title`?").first().waitFor();
  await page.locator("[name=condition]").fill(`title.contains("${word}")`);
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByText("Set Urgency to High").first().waitFor();
  // Tried on the past: nothing was like that.
  await page.getByRole("link", { name: "Replay the last days" }).click();
  await page.getByRole("button", { name: "Replay" }).click();
  await page.getByText("It would not have acted.").waitFor();
  await page.goBack();
  await page.goto(page.url().replace(/\/replay.*/, ""));
  await page.getByRole("link", { name: "Put in force" }).or(page.getByRole("button", { name: "Put in force" })).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Put in force" }).click();
  await page.getByText("moved it from").first().waitFor();
  const rule = new URL(page.url()).pathname;
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `A ${word} in the server room`, requester: "ella", team: await scene.team() });
  const desk = await scene.visit("ben");
  await assert.doesNotReject(async () => {
    for (let tries = 0; tries < 40; tries += 1) {
      await desk.goto(pageOf(incident));
      if (await desk.getByText("What rules did here").count() > 0) return;
      await desk.waitForTimeout(250);
    }
    throw new Error("the rule never acted");
  });
  const why = desk.getByRole("link", { name: /^by the rule .* Zebras are urgent/ }).first();
  await why.click();
  await desk.getByText("Set Urgency to High").first().waitFor();
  assert.ok(desk.url().includes("as_of="), "the rule as it was");
  await page.goto(`${rule}/runs`);
  await page.getByText(incident.number).first().waitFor();
}, ONCE);

pages("Pages of rules are accessible", "ada", async (scene) => {
  const ada = as("ada", scene.desk);
  const [rule] = await ada.get("rules?limit=1&sort=number");
  const [line] = await ada.get(`rules/${rule.number}/rule-runs`);
  const of = `/rules/${rule.number}`;
  return ["/configuration", "/rules", "/rules/new", of, `${of}/text`, `${of}/edit`, `${of}/runs`, `${of}/replay`, `/incidents/${line.record.number}`, `/incidents/${line.record.number}/runs`];
});
