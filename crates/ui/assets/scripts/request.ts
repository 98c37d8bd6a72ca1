// Requests of our own scripts, with the same proof of origin as those of htmx.

/** Token that the server wants with every changing request. */
export function csrfToken(): string | null {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? null;
}

/** A piece of a page, as htmx would ask for it. */
export async function fetchPart(address: string, signal?: AbortSignal): Promise<string> {
  // Nobody asked for it by hand, so it must not count as use of the session.
  const headers = { "HX-Request": "true", "HX-Request-Type": "partial", "X-Steward-Background": "1" };
  const answer = await fetch(address, { headers, signal: signal ?? null, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}

/** Posts values as a form would. */
export async function post(address: string, values: FormData): Promise<void> {
  const body = new URLSearchParams();
  for (const [name, value] of values) if (typeof value === "string") body.append(name, value);
  const token = csrfToken();
  const headers: Record<string, string> = { "HX-Request": "true" };
  if (token) headers["X-CSRF-Token"] = token;
  const answer = await fetch(address, { method: "POST", body, headers, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
}
