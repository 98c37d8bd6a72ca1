// SEC-044: whatever people type stays text.
import assert from "node:assert/strict";
import { desks, story } from "../support/browser.mjs";
import { client, pageOf } from "../support/interface.mjs";
import { PAYLOADS } from "../support/payloads.mjs";
import { command } from "../support/servers.mjs";

const PASSWORD = "kelp-lantern-orbit-window-cedar";
/** Payloads that share one record. */
const GROUP = 12;
const WATCH = `
  window.__violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sample));
`;

const line = (text) => text.replace(/[\p{Cc}\u2028]/gu, " ").trim();

story("SEC-044 a hundred hostile texts stay text on every page that shows them", async (scene) => {
  assert.ok(PAYLOADS.length >= 100, `${PAYLOADS.length} payloads`);
  const { server, options } = await scene.server();
  const login = "mia";
  command(options, ["user", "add", "--login", login, "--name", "Mia Weber", "--role", "administrator", "--password-stdin"], PASSWORD);
  const mia = client(server.address, command(options, ["user", "token", "--login", login]).split(/\s+/).at(-1));

  // Every payload is somebody's name and an incident's title; a group of them is what one record says.
  const groups = [];
  for (let start = 0; start < PAYLOADS.length; start += GROUP) groups.push(PAYLOADS.slice(start, start + GROUP));
  const records = [];
  for (const group of groups) {
    const made = await Promise.all(group.map(async (payload, index) => {
      const person = await mia.create("people", { given_name: line(payload).slice(0, 100), family_name: line(payload).slice(100) || "x" });
      const description = index ? payload : group.join("\n\n");
      return mia.create("incidents", { title: line(payload).slice(0, 200), description, contact: line(payload).slice(0, 200), requester: person.number });
    }));
    const [heavy] = made;
    for (const payload of group) {
      await mia.comment(heavy, payload);
      await mia.comment(heavy, payload, "internal");
      await mia.attach(heavy, line(payload).replaceAll("/", "_"));
    }
    records.push(made[1] ?? heavy, heavy);
  }

  const page = await scene.stranger({ baseURL: server.address, scripts: [WATCH] });
  await page.goto("/sign-in");
  await page.getByLabel("Login").fill(login);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  const visit = async (address) => {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    const { pwned, violations } = await page.evaluate(() => ({ pwned: window.__pwned, violations: window.__violations }));
    assert.equal(pwned, undefined, `a script ran on ${address}`);
    assert.deepEqual(violations, [], address);
  };

  for (const record of records) {
    await visit(pageOf(record));
    // Nothing that was typed leads to a script or loads anything of its own.
    const strange = await page.evaluate(() => [...document.querySelectorAll(".article a[href], .article img, .entry__body *, .article *")]
      .filter((element) => [...element.attributes].some(({ name, value }) => name.startsWith("on") || name.startsWith("hx-") || /^\s*(javascript|data|vbscript):/i.test(value)))
      .map((element) => element.outerHTML));
    assert.deepEqual(strange, [], pageOf(record));
  }
  for (const list of ["/incidents?view=all", "/people", "/"]) {
    await visit(list);
    for (let next = page.locator("a[rel=next]"); await next.count(); next = page.locator("a[rel=next]")) await visit(await next.getAttribute("href"));
  }
  await visit(`${pageOf(records[0])}/edit`);
  for (const words of ["alert", "script", "onerror", "img src", PAYLOADS[0]]) await visit(`/search?q=${encodeURIComponent(words)}`);
  scene.allow(/status of 400/);
  await visit("/incidents?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
  await visit(`/incidents/new?title=${encodeURIComponent(PAYLOADS[0])}&description=${encodeURIComponent(PAYLOADS[19])}`);

  // Suggestions are drawn by scripts.
  await page.goto("/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).fill("alert");
  await page.getByRole("option").first().waitFor();
  await page.goto(pageOf(records[0]));
  await page.getByRole("link", { name: "Edit Requester" }).press("Enter");
  await page.locator("#side-requester").getByRole("combobox").fill("script");
  await page.locator("#side-requester .picker__option").first().waitFor();
  // So is what a live change brings.
  await mia.comment(records[0], PAYLOADS[19]);
  await page.locator(".entry--public").first().waitFor();
  assert.equal(await page.evaluate(() => window.__pwned), undefined);
  assert.deepEqual(await page.evaluate(() => window.__violations), []);
}, desks.slice(0, 1));
