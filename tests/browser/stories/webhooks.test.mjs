// Webhooks of rules with a browser: a rule made by a form calls a real receiver, which checks the signature; the log tells
// of it. And a rule that acts on related records.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

// The markup is the same on every database, and HTTP tests hold both to the same answers.
const ONCE = desks.slice(0, 1);
const SECRET = "a secret of many letters";

/** A receiver on this machine, with what it was given and what it answers. */
async function receiver() {
  const found = { calls: [], status: 204 };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      found.calls.push({ heads: request.headers, body });
      response.writeHead(found.status).end();
    });
  });
  await new Promise((resolve) => server.listen(0, resolve));
  found.address = `http://localhost:${server.address().port}/steward`;
  found.close = () => new Promise((resolve) => server.close(resolve));
  return found;
}

function isSigned({ heads, body }) {
  const signed = createHmac("sha256", SECRET).update(`${heads["webhook-id"]}.${heads["webhook-timestamp"]}.${body}`).digest("base64");
  return heads["webhook-signature"] === `v1,${signed}`;
}

/** Looks at a page again until it tells something. */
async function until(page, address, what) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(address);
    if ((await page.getByText(what).count()) > 0) return;
    await page.waitForTimeout(250);
  }
  throw new Error(`${address} never told ${what}`);
}

async function putInForce(page) {
  await page.getByRole("link", { name: "Put in force" }).or(page.getByRole("button", { name: "Put in force" })).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Put in force" }).click();
  await page.getByText("moved it from").first().waitFor();
}

story("A rule calls a webhook, whose receiver checks it, and what was given up is sent again", async (scene) => {
  const there = await receiver();
  try {
    const page = await scene.visit("greta");
    const word = `heron${scene.id}`.replace(/[^a-z0-9]/gi, "");
    await page.goto("/rules/new");
    await page.locator("[name=title]").fill(`Tell about herons ${scene.id}`);
    await page.locator("[name=condition]").fill(`title.contains("${word}")`);
    await page.locator("[name='actions.0.action']").selectOption("webhook");
    await page.locator("[name=webhook_address]").fill(there.address);
    await page.locator("[name=webhook_secret]").fill(SECRET);
    await page.getByRole("button", { name: /^Create/ }).click();
    await page.getByText("Call the webhook").first().waitFor();
    const rule = new URL(page.url()).pathname;
    await page.getByRole("link", { name: "Send a test" }).click();
    await page.getByRole("button", { name: "Send the test" }).click();
    await page.getByText("It was taken, with status 204.").waitFor();
    assert.equal(JSON.parse(there.calls[0].body).event.type, "ping");
    assert.ok(isSigned(there.calls[0]));
    await page.goto(rule);
    await putInForce(page);
    const ben = as("ben", scene.desk);
    const incident = await ben.create("incidents", { title: `A ${word} on the roof`, requester: "ella", team: await scene.team() });
    await until(page, `${rule}/runs`, "taken, with status 204");
    assert.equal(there.calls.length, 2);
    assert.ok(isSigned(there.calls[1]));
    assert.equal(JSON.parse(there.calls[1].body).record.number, incident.number);
    // A receiver that is gone has it given up; once it is back, it gets the same call.
    there.status = 410;
    await ben.create("incidents", { title: `Another ${word}`, requester: "ella", team: await scene.team() });
    await until(page, `${rule}/runs`, "Not delivered");
    there.status = 204;
    await page.getByRole("button", { name: "Send again" }).click();
    await until(page, `${rule}/runs`, "Sent again: taken, with status 204");
    assert.equal(there.calls[3].heads["webhook-id"], there.calls[2].heads["webhook-id"]);
  } finally {
    await there.close();
  }
}, ONCE);

story("A rule acts on each related record, and each says why", async (scene) => {
  const page = await scene.visit("greta");
  const word = `otter${scene.id}`.replace(/[^a-z0-9]/gi, "");
  await page.goto("/rules/new");
  await page.locator("[name=title]").fill(`Otters follow ${scene.id}`);
  await page.locator("[name=trigger]").selectOption("changed");
  await page.locator("[name=condition]").fill(`title.contains("${word}") && urgency == "high"`);
  await page.locator("[name='actions.0.action']").selectOption("for_each");
  await page.locator("[name='actions.0.target']").fill("incident linked_from caused_by");
  await page.locator("[name='actions.0.value']").fill('state == "new"');
  await page.locator("[name='actions.1.action']").selectOption("note");
  await page.locator("[name='actions.1.value']").fill("{{origin.number}} is urgent now");
  await page.getByRole("button", { name: /^Create/ }).click();
  await page.getByText("For each of Incidents linked as “causes”").first().waitFor();
  await putInForce(page);
  const rule = new URL(page.url()).pathname;
  const ben = as("ben", scene.desk);
  const team = await scene.team();
  const cause = await ben.create("incidents", { title: `The ${word}`, requester: "ella", team });
  const part = await ben.create("incidents", { title: "One of many", requester: "ella", team });
  await ben.link(part, "caused_by", cause);
  await ben.update(cause, { urgency: "high" });
  await until(page, `${rule}/runs`, "on which it acted: 1");
  const desk = await scene.visit("ben");
  await desk.goto(pageOf(part));
  await desk.getByText(`${cause.number} is urgent now`).first().waitFor();
  await desk.getByRole("link", { name: /^by the rule .* Otters follow/ }).first().waitFor();
}, ONCE);
