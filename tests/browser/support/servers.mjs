// Servers for the stories: started on free ports with data folders of their own, stopped when nobody needs them.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A new folder that nobody else uses. */
export function newFolder() {
  return mkdtempSync(path.join(tmpdir(), "steward-browser-"));
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** What the program is given: nothing that the caller's own environment says about Steward. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("STEWARD_")));
}

function settings({ data, database }) {
  return ["--data", data, ...(database ? ["--database-url", database] : [])];
}

/** One process of `steward serve`, listening. */
export class Server {
  #process;
  #options;
  #said = "";
  address = "";

  constructor(options) {
    this.#options = options;
  }

  /** Everything that it printed. */
  get said() {
    return this.#said;
  }

  get pid() {
    return this.#process.pid;
  }

  /** Starts it and waits until it answers. The first start chooses a free port, later ones take the same. */
  async start() {
    const { program, data, demo = false, components = false, more = [] } = this.#options;
    const listen = this.address ? new URL(this.address).host : "127.0.0.1:0";
    const flags = [...(demo ? ["--demo"] : []), ...(components ? ["--components"] : []), ...more];
    const child = spawn(program, ["serve", "--listen", listen, "--log", "warn", "--outbound-allow", "localhost", ...settings(this.#options), ...flags], {
      cwd: data,
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    this.#said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { this.#said += chunk; });
    [, this.address] = await this.hears(/Steward listens on (http:\S+)/);
    const ready = await fetch(`${this.address}/readyz`);
    if (!ready.ok) throw new Error(`${this.address} is not ready: ${ready.status} ${await ready.text()}`);
    return this;
  }

  /** Waits until it printed something. */
  hears(pattern) {
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.#said);
        if (found) resolve(found);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
      child.on("error", reject);
      child.on("exit", (code, signal) => reject(new Error(`the server ended (${code ?? signal}):\n${this.#said}`)));
      look();
    });
  }

  /** Ends it: in order, or with SIGKILL as a crash would. */
  async stop(signal = "SIGTERM") {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => { child.once("exit", resolve); });
    child.kill(signal);
    await ended;
  }
}

/** Runs a command of the program to its end and returns what it printed. */
export function command(options, words, input = "") {
  const done = spawnSync(options.program, [...words, "--log", "warn", ...settings(options)], {
    cwd: options.data,
    env: environment(),
    input,
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`steward ${words.join(" ")} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout.trim();
}

/** Makes a database on the PostgreSQL server at `address` and returns its own address. */
export function makeDatabase(address, name) {
  sql(address, `create database ${name}`);
  const made = new URL(address);
  made.pathname = `/${name}`;
  return made.href;
}

export function dropDatabase(address, name) {
  sql(address, `drop database if exists ${name} with (force)`);
}

function sql(address, statement) {
  const done = spawnSync("psql", ["--no-psqlrc", "--quiet", "--dbname", address, "--command", statement], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${statement}: ${done.stderr ?? done.error}`);
}
