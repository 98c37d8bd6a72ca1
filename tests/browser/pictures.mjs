// Takes the pictures of docs/gallery.md in a running demonstration, in the order in which that page shows them.
// Called by scripts/pictures, which starts the server.
//   node pictures.mjs http://127.0.0.1:8080 PASSWORD FOLDER
// STEWARD_CHROMIUM names the browser.
import { chromium } from "playwright-core";

const [base, password, folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node pictures.mjs ADDRESS PASSWORD FOLDER");
  process.exit(2);
}

const DESK = { width: 1440, height: 900 };
const TELEPHONE = { width: 390, height: 844 };

/** Each picture: whose page, how large, in which light, and how to get there. */
const PICTURES = [
  { name: "desk", login: "ben", path: "/incidents" },
  { name: "home", login: "ben", path: "/" },
  { name: "record", login: "ben", path: "/incidents", act: openFirst },
  { name: "record-dark", login: "ben", path: "/incidents", act: openFirst, dark: true },
  { name: "board", login: "ben", path: "/incidents/board?group=state" },
  { name: "palette", login: "ben", path: "/", act: (page) => ask(page, "printer") },
  { name: "knowledge", login: "ben", path: "/knowledge/quality" },
  { name: "portal", login: "ella", path: "/portal" },
  { name: "portal-telephone", login: "ella", path: "/portal", size: TELEPHONE },
  { name: "settings", login: "ben", path: "/settings", dark: true },
];

async function openFirst(page) {
  await page.locator("main table tbody tr a").first().click();
  await page.waitForLoadState("load");
}

async function ask(page, words) {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(words, { delay: 30 });
  await page.waitForTimeout(900);
}

const browser = await chromium.launch({ executablePath: process.env.STEWARD_CHROMIUM, args: ["--no-sandbox"] });
for (const { name, login, path, act, size = DESK, dark = false } of PICTURES) {
  const context = await browser.newContext({ baseURL: base, viewport: size, colorScheme: dark ? "dark" : "light" });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.fill("[name=login]", login);
  await page.fill("[name=password]", password);
  await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
  const answer = await page.goto(path, { waitUntil: "load" });
  if (!answer.ok()) {
    throw new Error(`${path} answered ${answer.status()}`);
  }
  await act?.(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${folder}/${name}.png` });
  console.log(`${folder}/${name}.png`);
  await context.close();
}
await browser.close();
