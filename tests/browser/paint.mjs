// Measures the first paint of pages in a running Steward, each in a browser that knows nothing yet: a figure for
// BENCHMARKS.md, not a test.
//   node paint.mjs http://127.0.0.1:8080 LOGIN PASSWORD [/path …]
// STEWARD_CHROMIUM names the browser, ROUNDS how often each page is opened (20).
import { chromium } from "playwright-core";

const [base, login, password, ...paths] = process.argv.slice(2);
const rounds = Number(process.env.ROUNDS ?? 20);
if (!password) {
  console.error("usage: node paint.mjs ADDRESS LOGIN PASSWORD [/path …]");
  process.exit(2);
}
const browser = await chromium.launch({ executablePath: process.env.STEWARD_CHROMIUM, args: ["--no-sandbox"] });
const first = await browser.newContext({ baseURL: base });
const page = await first.newPage();
await page.goto("/sign-in");
await page.fill("[name=login]", login);
await page.fill("[name=password]", password);
await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
const state = await first.storageState();

for (const path of paths.length ? paths : ["/", "/incidents", "/search?q=printer"]) {
  const paints = [];
  const shifts = [];
  for (let round = 0; round < rounds; round += 1) {
    // A context has a cache of its own, so each round is cold.
    const context = await browser.newContext({ baseURL: base, storageState: state });
    const cold = await context.newPage();
    await cold.goto(path, { waitUntil: "load" });
    const figures = await cold.evaluate(
      () =>
        new Promise((resolve) => {
          let shift = 0;
          new PerformanceObserver((list) => list.getEntries().forEach((entry) => (shift += entry.value))).observe({
            type: "layout-shift",
            buffered: true,
          });
          setTimeout(() => {
            const paint = performance.getEntriesByName("first-contentful-paint")[0];
            resolve({ paint: paint?.startTime ?? NaN, shift });
          }, 300);
        }),
    );
    paints.push(figures.paint);
    shifts.push(figures.shift);
    await context.close();
  }
  paints.sort((a, b) => a - b);
  const at = (share) => paints[Math.min(paints.length - 1, Math.floor(paints.length * share))].toFixed(0);
  console.log(`${path}: first paint p50 ${at(0.5)} ms, slowest ${at(1)} ms; layout shift ${Math.max(...shifts).toFixed(3)}`);
}
await browser.close();
