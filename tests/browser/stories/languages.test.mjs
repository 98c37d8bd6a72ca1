// Pages in the reader's language, formats and direction.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { desks, story } from "../support/browser.mjs";
import { as, pageOf } from "../support/interface.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ONCE = desks.slice(0, 1);

/** English words of the interface; titles, names and texts of records are left out of the search. */
const ENGLISH = ["Search", "Save", "Cancel", "Inbox", "My work", "Sign out", "State", "Priority", "Requester", "Assignee", "Updated", "Number", "Columns", "Group", "Unassigned", "Edit", "Reply", "Internal note", "Attach files", "Fields", "Related", "ago", "created this", "set", "changed"];

/** What a page says by itself: text and names for screen readers, without what people wrote. */
const said = (page) => page.evaluate(() => {
  const copy = document.body.cloneNode(true);
  const wrote = ".article, .list__link, .reference, .person, .record-title__text, .card__link, .attachment__name, .requester, .similar, .inbox__title, .inbox__excerpt, .related, .outage, [data-name], code, script, option, .change__value, .list__group-cell, .value";
  for (const element of copy.querySelectorAll(wrote)) element.remove();
  const names = [...copy.querySelectorAll("[aria-label], [title], [placeholder]")].flatMap((element) => ["aria-label", "placeholder"].map((name) => element.getAttribute(name) ?? ""));
  return `${copy.innerText} ${names.join(" ")}`.replace(/\s+/g, " ");
});

story("A person switches to German, and every page is German", async (scene) => {
  const ben = as("ben", scene.desk);
  const incident = await ben.create("incidents", { title: `Drucker klemmt ${scene.id}`, requester: "ella", team: await scene.team() });
  await ben.comment(incident, "Gesehen.");
  const page = await scene.visit("greta");
  await page.goto("/settings");
  await page.getByLabel("Language").selectOption({ label: "Deutsch" });
  await page.getByLabel("Time zone").selectOption("Europe/Berlin");
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Save" }).click()]);
  await page.getByText("Ihre Einstellungen wurden gespeichert.").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  for (const address of ["/", "/incidents", "/incidents/board", "/problems", "/incidents/new", pageOf(incident), `${pageOf(incident)}/edit`, "/inbox", "/account", "/settings", "/incidents/nothing"]) {
    if (address.endsWith("nothing")) scene.allow(/404/);
    await page.goto(address);
    const text = await said(page);
    const english = ENGLISH.filter((word) => new RegExp(`(?<![\\p{L}])${word}(?![\\p{L}])`, "u").test(text));
    assert.deepEqual(english, [], `${address}: ${text}`);
  }
  // What is wrong is told in German, beside the field.
  scene.allow(/422/);
  await page.goto("/incidents/new");
  await page.getByRole("button", { name: "Störung anlegen" }).last().click();
  await page.getByText("ist erforderlich").first().waitFor();
  // Moments are German, in full under the pointer.
  await page.goto(pageOf(incident));
  const exact = await page.locator(".entry time").first().getAttribute("title");
  assert.match(exact, /^(Mo|Di|Mi|Do|Fr|Sa|So)\., \d{1,2}\. \p{L}+\.? \d{4}, \d\d:\d\d/u);
  await page.goto("/settings");
  await page.getByLabel("Sprache").selectOption("auto");
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Speichern" }).click()]);
  await page.getByText("Your settings were saved.").waitFor();
});

story("Looks of the settings show at once and are there from the start", async (scene) => {
  const page = await scene.visit("greta", { colorScheme: "dark" });
  await page.goto("/settings");
  await page.getByLabel("Colours").selectOption({ label: "High contrast" });
  assert.equal(await page.locator("html").getAttribute("data-theme"), "contrast", "not at once");
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Save" }).click()]);
  // From the server, not by a script that comes later.
  assert.match(await (await page.request.get("/incidents")).text(), /<html[^>]* data-theme="contrast"/);
  const ben = as("ben", scene.desk);
  const [incident] = await ben.get("incidents?limit=1");
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    const other = await scene.visit("greta", { colorScheme, scripts: [AXE] });
    for (const address of ["/incidents", pageOf(incident), "/settings", "/incidents/new"]) {
      await other.goto(address);
      const { violations } = await other.evaluate(() => globalThis.axe.run({ runOnly: { type: "rule", values: ["color-contrast", "color-contrast-enhanced"] }, rules: { "color-contrast-enhanced": { enabled: true } }, resultTypes: ["violations"] }));
      for (const { id, nodes } of violations) for (const node of nodes.slice(0, 5)) found.push(`${address}, ${colorScheme}: ${id}: ${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
    }
  }
  assert.deepEqual(found, []);
  await page.goto("/settings");
  await page.getByLabel("Colours").selectOption({ label: "As the system is set" });
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Save" }).click()]);
}, ONCE);

story("Keys are what a person chose, or none", async (scene) => {
  const page = await scene.visit("greta");
  const keep = async () => Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Save" }).click()]);
  await page.goto("/settings");
  await page.getByLabel("Inbox", { exact: true }).fill("g");
  await keep();
  await page.goto("/incidents");
  await page.keyboard.press("i");
  await page.keyboard.press("g");
  await page.waitForURL("**/inbox");
  await page.goto("/settings");
  await page.getByLabel("Single keys work as shortcuts").uncheck();
  await keep();
  await page.goto("/incidents");
  await page.keyboard.press("g");
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.match(page.url(), /incidents$/);
  await page.keyboard.press("Control+k");
  assert.ok(await page.locator("[data-search]").evaluate((box) => box === document.activeElement), "Ctrl K stays");
  await page.goto("/settings");
  await page.getByLabel("Single keys work as shortcuts").check();
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "All keys as usual" }).click()]);
}, ONCE);

story("From right to left nothing overlaps or sticks out", async (scene) => {
  const [incident] = await as("ben", scene.desk).get("incidents?limit=1");
  for (const width of [1440, 390]) {
    const page = await scene.visit("ben", { viewport: { width, height: 900 } });
    for (const address of ["/incidents", pageOf(incident)]) {
      await page.goto(address);
      // The developers' way to do it is a server's choice; the page itself has no left and right.
      // What lies on each other by design, such as a box that shows on hover, does so from left to right as well.
      const [usual, faults] = await page.evaluate(() => ["ltr", "rtl"].map((dir) => {
        document.documentElement.dir = dir;
        const found = [];
        const root = document.documentElement;
        if (root.scrollWidth > root.clientWidth) found.push(`the page scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
        const boxes = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility()).map((element) => [element, element.getBoundingClientRect()]);
        const parts = [".nav", ".shell__main"].flatMap(boxes);
        if (dir === "rtl" && innerWidth > 600 && parts.length === 2 && parts[0][1].left < parts[1][1].right - 1) found.push("the navigation lies on the page");
        for (const row of [...document.querySelectorAll("[data-row]")].slice(0, 5)) {
          const cells = [...row.querySelectorAll("td")].filter((cell) => cell.checkVisibility()).map((cell) => cell.getBoundingClientRect());
          // On telephones a row has two lines, so cells may stand above each other, but never on each other.
          const lies = (one, other) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1;
          cells.forEach((cell, i) => { if (cells.slice(0, i).some((other) => lies(cell, other))) found.push(`cell ${i} overlaps`); });
        }
        for (const [element, box] of boxes(".page-header, .list, .record__main, .record__rail, .composer, .filter")) {
          if (box.left < -1 || box.right > innerWidth + 1) found.push(`${element.className} sticks out: ${box.left} to ${box.right}`);
        }
        return found;
      }));
      assert.deepEqual(faults.filter((fault) => !usual.includes(fault)), [], `${address} at ${width}`);
    }
  }
}, ONCE);
