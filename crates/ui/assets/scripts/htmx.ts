// htmx under our content security policy: no evaluated text, no styles of its own, markup only through one named policy.
import htmx from "htmx.org";
import { csrfToken } from "./request";
import { report } from "./notices";
import { word } from "./words";

interface Policy { createHTML(text: string): string; createScript(text: string): string }
interface TrustedTypes { createPolicy(name: string, rules: Policy): Policy }

// `require-trusted-types-for 'script'` refuses plain strings where markup is parsed. A named policy that only htmx and
// `parse` hold is narrower than a default policy, which would bless every string in the page. It passes markup as it
// comes: it comes from our own server, which escapes text at output. It never makes scripts.
const rules: Policy = {
  createHTML: (text) => text,
  createScript: () => { throw new TypeError("scripts are not made from text"); },
};
const trustedTypes = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = trustedTypes ? trustedTypes.createPolicy("steward", rules) : rules;

/** Takes the place of `Function`: attributes that hold expressions (`hx-on`, `js:`, filters of triggers) do not work here. */
function refuse(): never {
  throw new TypeError("expressions in attributes are switched off");
}

htmx.registerExtension("steward", {
  init(api: { initSecurity(policy: Policy, sync: unknown, async: unknown): void }) {
    api.initSecurity(policy, refuse, refuse);
    return true;
  },
} as never);

// What the reader opened stays open when a live change morphs the markup around it.
htmx.config.morphIgnore = ["data-htmx-powered", "open"];

/** Markup as a document that is not shown. */
export function parse(text: string): Document {
  return new DOMParser().parseFromString(policy.createHTML(text), "text/html");
}

/** Turns `target` into the given markup, keeping what did not change. */
export async function morph(target: HTMLElement, text: string): Promise<void> {
  await htmx.swap({ text, target, swap: "outerMorph", sourceElement: target } as never);
}

let sentAt = 0;

/** Whether this page itself asked for a change a moment ago; what the stream tells of it is no news then. */
export function hasJustSent(): boolean {
  return Date.now() - sentAt < 3000;
}

interface Detail { ctx?: Context; error?: unknown }
interface Context {
  sourceElement: HTMLElement;
  target?: HTMLElement | string;
  request: { method: string; headers: Record<string, string> };
  response?: { status: number; headers: Headers };
}

document.addEventListener("htmx:config:request", (event) => {
  const context = (event as unknown as CustomEvent<Detail>).detail.ctx;
  if (!context || context.request.method === "GET") return;
  sentAt = Date.now();
  const token = csrfToken();
  if (token) context.request.headers["X-CSRF-Token"] = token;
});

// What a failure means for the reader. The server swaps its own words in only with 422, beside the fields.
const failures = new Set([401, 403, 404, 409, 413, 429]);

document.addEventListener("htmx:response:error", (event) => {
  const context = (event as unknown as CustomEvent<Detail>).detail.ctx;
  const status = context?.response?.status ?? 0;
  if (!context || status === 422) return;
  const id = context.response?.headers.get("x-request-id");
  // A precondition that failed is a conflict, told as such.
  const known = status === 412 ? 409 : status;
  report(context.sourceElement, failures.has(known) ? word(`${known}`)
    : id ? word("nothing-changed-id", { id }) : word("nothing-changed"));
});

// After signing in elsewhere the forms of this page need the token of the new session.
let isSignedOut = false;

document.addEventListener("htmx:response:error", (event) => {
  if ((event as unknown as CustomEvent<Detail>).detail.ctx?.response?.status === 401) isSignedOut = true;
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && isSignedOut) void renew();
});

async function renew(): Promise<void> {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const token = parse(await answer.text()).querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  if (!token || !meta) return;
  isSignedOut = false;
  meta.content = token;
  for (const field of document.querySelectorAll<HTMLInputElement>('input[name="csrf_token"]')) field.value = token;
  for (const notice of document.querySelectorAll("[data-report]")) notice.remove();
}

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = (event as unknown as CustomEvent<Detail>).detail;
  if (ctx && !ctx.response && (error as Error | undefined)?.name !== "AbortError") {
    report(ctx.sourceElement, word("offline"));
  }
});

// Focus after a swap: htmx finds an element of the same id; when there is none, the start of what came is next best.
let lost: { id: string } | null = null;

document.addEventListener("htmx:before:swap", (event) => {
  const target = (event as unknown as CustomEvent<Detail>).detail.ctx?.target;
  const element = typeof target === "string" ? document.querySelector<HTMLElement>(target) : target;
  lost = element?.contains(document.activeElement) ? { id: element.id } : null;
});

document.addEventListener("htmx:after:swap", (event) => {
  const context = (event as unknown as CustomEvent<Detail>).detail.ctx;
  const came = lost?.id ? document.getElementById(lost.id) : context?.sourceElement;
  const wanted = came?.querySelector<HTMLElement>("[data-focus], [autofocus]");
  if (wanted) wanted.focus({ preventScroll: !wanted.matches("[data-focus]") });
  else if (lost && (document.activeElement === document.body || !document.activeElement)) {
    came?.querySelector<HTMLElement>("a[href], button, input:not([type=hidden]), textarea, select")?.focus({ preventScroll: true });
  }
  lost = null;
});
