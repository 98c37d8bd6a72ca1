// A laptop from the portal through two approvals and four tasks to its owner, by the plan that its flow makes.
import assert from "node:assert/strict";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";
import { pages } from "../support/accessible.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);

/** Asks again until an answer is there. */
async function until(ask, what) {
  for (let tries = 0; tries < 80; tries += 1) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`never came: ${what}`);
}

story("A laptop goes from the portal through approvals and four tasks to fulfilled", async (scene) => {
  const page = await scene.visit("chloe");
  await page.goto("/portal");
  await page.getByRole("searchbox", { name: /What do you need/ }).fill("notebook");
  await page.locator("#answers").getByRole("link", { name: /^Laptop/ }).click();
  await page.getByLabel(/What do you mainly do/).selectOption({ label: "Office work" });
  await page.getByRole("button", { name: "Order", exact: true }).click();
  await page.getByText("Your order is on its way").waitFor();
  const number = /REQ\d+/.exec(page.url())[0];

  // The line manager agrees; the plan begins and asks for the budget.
  const api = as("ada", scene.desk);
  const plan = async () => (await api.get(`service-requests/${number}/plan`)).plans[0];
  const ada = await scene.visit("ada");
  const round = ada.locator("#record-approval");
  const approve = async () => {
    await round.getByRole("link", { name: "Approve", exact: true }).click();
    // The answer leads back to the record, anew: what comes next must not cross that.
    await Promise.all([ada.waitForEvent("load"), ada.locator("#dialog").getByRole("button", { name: "Approve" }).click()]);
  };
  await ada.goto(`/service-requests/${number}`);
  await approve();
  await until(async () => (await plan())?.steps[0].state === "active", "the question for the budget");
  await ada.goto(`/service-requests/${number}`);
  const outline = ada.locator("#record-plans");
  await outline.getByText("0 of 5 steps").waitFor();
  await outline.locator(".plan-step--active", { hasText: "Budget" }).waitFor();
  await approve();
  // Two tasks side by side, in a drawing as well.
  await until(async () => (await plan()).steps[1].state === "active", "the first tasks");
  await ada.goto(`/service-requests/${number}`);
  await outline.locator(".plan-step--active", { hasText: "Prepare the profile" }).waitFor();
  await outline.locator(".plan-step--active", { hasText: "Take from stock" }).getByText("Critical").waitFor();
  await outline.getByText("Drawn as a graph").click();
  assert.equal(await outline.locator(".plan-graph__step").count(), 6);

  // It is not finished over the heads of those who work on it.
  const post = (path, body) => fetch(`${scene.desk.address}/api/v1/${path}`, {
    method: "POST", headers: { Authorization: `Bearer ${scene.desk.tokens.ada}`, "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const early = await post(`service-requests/${number}/transitions/fulfil`, { fields: { fulfilment_notes: "Done" } });
  assert.equal(early.status, 409);
  assert.match(await early.text(), /Mandatory tasks are still open: RTASK/);
  const complete = async (title) => {
    const step = await until(async () => (await plan()).steps.find((one) => one.title.startsWith(title) && one.record), title);
    const task = await api.get(`request-tasks/${step.record.number}`);
    assert.ok(task.fields.team && task.fields.due_at, "a task has a team and a date");
    assert.ok((await post(`request-tasks/${task.number}/transitions/complete`, {})).ok);
  };
  await complete("Prepare the profile");
  await complete("Take from stock");
  await page.goto(`/portal/requests/${number}`);
  await until(async () => {
    await page.reload();
    return (await page.getByText(/3 of 5 steps are done, expected by/).count()) > 0;
  }, "how far it is");

  // A step that is not needed is skipped with the reason.
  const install = await until(async () => (await plan()).steps.find((one) => one.key === "install" && one.state === "active"), "the next step");
  assert.ok(install.critical);
  await ada.goto(`/service-requests/${number}`);
  await outline.locator(".plan-step--active", { hasText: "Install and enrol" }).getByRole("link", { name: "Skip" }).click();
  const dialog = ada.locator("#dialog");
  await dialog.getByLabel(/Reason/).fill("It comes installed");
  await Promise.all([ada.waitForEvent("load"), dialog.getByRole("button", { name: "Skip a step" }).click()]);
  await until(async () => (await plan()).steps[3].state === "skipped", "the step that is skipped");
  await ada.goto(`/service-requests/${number}`);
  await outline.locator(".plan-step--skipped", { hasText: "It comes installed" }).waitFor();
  await complete("Hand over");
  const done = await until(async () => {
    const request = await api.get(`service-requests/${number}`);
    return request.state === "fulfilled" && request;
  }, "the end");
  assert.match(done.fields.fulfilment_notes, /handed over and ready to work/);
  await page.reload();
  await page.getByText("handed over and ready to work").first().waitFor();
}, ONCE);

story("Whoever keeps a flow tries a draft on a real problem before it is in force", async (scene) => {
  const ada = as("ada", scene.desk);
  const [team] = await ada.get("teams?limit=1");
  const problem = await ada.create("problems", { title: `It drops ${scene.id}`, team: team.number, impact: "high" });
  const page = await scene.visit("ada");
  const steps = [
    { key: "logs", type: "task", title: "Read the logs", lead: "4h" },
    { key: "is_big", type: "condition", title: "Big?", after: "logs", condition: "impact == 'high'" },
    { key: "is_small", type: "condition", title: "Small?", after: "logs", condition: "impact != 'high'" },
    { key: "rehearse", type: "task", title: "Rehearse it", after: "is_big", lead: "8h" },
    { key: "wait", type: "task", title: "Wait and see", after: "is_small" },
  ].map((step) => ({ ...step, ...(step.type === "task" && { team: team.number }) }));
  const flow = await ada.create("flows", { title: `Find the cause ${scene.id}`, for_kind: "problem", begin_states: "new", steps });
  await page.goto(pageOf(flow));
  await page.getByRole("link", { name: "Dry run" }).click();
  await page.getByRole("link", { name: problem.number }).click();
  const outline = page.locator("section.plan");
  await outline.getByText(/all would be done by/).waitFor();
  await outline.locator(".plan-step--done", { hasText: "Rehearse it" }).getByText("Critical").waitFor();
  await outline.locator(".plan-step--left-out", { hasText: "Wait and see" }).waitFor();
  // Nothing happened, and what keeps it from another record is said.
  assert.equal((await ada.get(`problems/${problem.number}/plan`)).plans.length, 0);
  await ada.move(problem, "assess");
  await page.reload();
  await page.getByText("It begins in: New").waitFor();
  await page.locator("[name=on]").fill("PRB9999999");
  await page.getByRole("button", { name: "Try" }).click();
  await page.getByText(/There is nothing with the number PRB9999999/).waitFor();
}, ONCE);

pages("Pages of flows and plans are accessible", "ada", async (scene) => {
  const ada = as("ada", scene.desk);
  const [flow] = await ada.get("flows?limit=1&sort=number");
  const [plan] = await ada.get("plans?limit=1&sort=number");
  return ["/flows", "/flows/new", `/flows/${flow.number}`, `/flows/${flow.number}/edit`, `/flows/${flow.number}/trial`, `/flows/${flow.number}/trial?on=${plan.fields.subject.number}`, `/plans/${plan.number}`, `/service-requests/${plan.fields.subject.number}`, `/service-requests/${plan.fields.subject.number}/flows`, `/plans/${plan.number}/transitions/skip?step=order`, `/plans/${plan.number}/transitions/change`];
});
