// A browser for the stories of one file, and people who use it.
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chromium } from "playwright-core";
import { as } from "./interface.mjs";
import { Server, dropDatabase, makeDatabase, newFolder, removeFolder } from "./servers.mjs";

const { desks, program, postgres } = JSON.parse(readFileSync(process.env.STEWARD_STORIES, "utf8"));
export { desks, program, postgres };

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const RESULTS = path.join(import.meta.dirname, "..", "results");
/** How long a condition may take to come true: generous, since it only counts when something is broken. */
export const PATIENCE = 30_000;

let browser = null;

async function launch() {
  browser ??= await chromium.launch({ executablePath: process.env.STEWARD_CHROMIUM || "/usr/bin/chromium", args: FLAGS });
  return browser;
}

after(async () => { await browser?.close(); });

/** A story told once on every database. `tell` gets a `Scene`. */
export function story(title, tell, on = desks) {
  for (const desk of on) {
    test(`${title} (${desk.name})`, async (t) => {
      const scene = new Scene(desk, t);
      try {
        await tell(scene);
        scene.check();
      } catch (error) {
        await scene.keepPictures(t.name);
        throw error;
      } finally {
        await scene.end();
      }
    });
  }
}

/** Sessions that were begun, so that only stories about signing in do it by hand. */
const sessions = new Map();

/** One story: the people in it, and what their browsers complained about. */
class Scene {
  #contexts = [];
  #faults = [];
  #allowed = [];
  #cleanups = [];

  constructor(desk, t) {
    /** A word that stands in no record of another story. */
    this.id = `q${randomBytes(4).toString("hex")}`;
    this.desk = desk;
    this.t = t;
  }

  /** A page of somebody signed in. `node: "other"` reaches the other server of the same database. */
  async visit(login, options = {}) {
    const address = options.node === "other" ? this.desk.other : this.desk.address;
    const key = `${this.desk.address} ${login}`;
    if (!sessions.has(key)) {
      const page = await this.stranger();
      await signIn(page, login, this.desk.passphrase);
      sessions.set(key, await page.context().storageState());
    }
    return this.stranger({ ...options, baseURL: address, storageState: sessions.get(key) });
  }

  /** A page of somebody not signed in, in a browser of their own. */
  async stranger({ node: _, scripts = [], ...options } = {}) {
    const context = await (await launch()).newContext({
      baseURL: this.desk.address,
      viewport: { width: 1440, height: 900 },
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(PATIENCE);
    for (const content of scripts) await context.addInitScript({ content });
    this.#contexts.push(context);
    context.on("page", (page) => this.#watch(page));
    return context.newPage();
  }

  /** Another tab beside `page`, of the same person. */
  async tab(page) {
    return page.context().newPage();
  }

  /** A server of the story's own, with an empty database of the desk's sort; or, with `joins`, one more for the desk's; with `more` flags. */
  async server({ joins = false, more = [] } = {}) {
    const data = joins ? this.desk.data : newFolder();
    const name = `browser_${this.id}`;
    let { database } = this.desk;
    if (!joins) this.#cleanups.push(() => removeFolder(data));
    if (database && !joins) {
      database = makeDatabase(postgres, name);
      this.#cleanups.push(() => dropDatabase(postgres, name));
    }
    const options = { program, data, database, more };
    const server = new Server(options);
    this.#cleanups.push(() => server.stop());
    await server.start();
    return { server, options };
  }

  /** The name of a team that can take work. */
  async team() {
    const [team] = await as("ben", this.desk).get("teams?limit=1");
    return team.fields.name;
  }

  /** Complaints of this form belong to the story. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  #watch(page) {
    const note = (what) => this.#faults.push(`${page.url()}: ${what}`);
    page.on("console", (message) => { if (message.type() === "error") note(`console: ${message.text()} ${message.location().url}`); });
    page.on("pageerror", (error) => note(`error: ${error.message}`));
    page.on("dialog", (dialog) => { note(`dialog: ${dialog.message()}`); void dialog.dismiss().catch(() => {}); });
    page.on("crash", () => note("crashed"));
  }

  /** Nothing may have been complained about that the story did not allow. */
  check() {
    const faults = this.#faults.filter((fault) => !this.#allowed.some((pattern) => pattern.test(fault)));
    assert.deepEqual(faults, [], "the browser complained");
  }

  async keepPictures(title) {
    await mkdir(RESULTS, { recursive: true });
    const pages = this.#contexts.flatMap((context) => context.pages());
    for (const [index, page] of pages.entries()) {
      const file = path.join(RESULTS, `${title.replace(/[^a-z0-9]+/gi, "-")}-${index}.png`);
      const kept = await page.screenshot({ path: file, timeout: 5000 }).then(() => true, () => false);
      if (kept) this.t.diagnostic(`${page.url()} looks like ${path.relative(process.cwd(), file)}`);
    }
    for (const fault of this.#faults) this.t.diagnostic(fault);
  }

  async end() {
    await Promise.allSettled(this.#contexts.map((context) => context.close()));
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
  }
}

/** Fills in the sign-in page as a person would, and waits for what comes after it. */
export async function signIn(page, login, password) {
  if (!page.url().includes("/sign-in")) await page.goto("/sign-in");
  await page.getByLabel("Login").fill(login);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}
