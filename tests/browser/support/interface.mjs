// The REST interface, for what a story takes for granted: records that are there, changes that others make.
import assert from "node:assert/strict";

/** Speaks for the person `login` of a desk. */
export function as(login, desk, node = "first") {
  const address = node === "other" ? desk.other : desk.address;
  return client(address, desk.tokens[login]);
}

export function client(address, token) {
  const ask = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${address}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body instanceof FormData || body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined || body instanceof FormData ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
  return {
    get: (path) => ask("GET", path),
    create: (kinds, fields) => ask("POST", kinds, { fields }),
    update: (record, fields) => ask("PATCH", named(record), { fields }),
    move: (record, key, fields = {}, comment) => ask("POST", `${named(record)}/transitions/${key}`, { fields, ...(comment ? { comment } : {}) }),
    comment: (record, body, audience = "public") => ask("POST", `${named(record)}/comments`, { body, audience }),
    link: (record, link, target) => ask("POST", `${named(record)}/links`, { link, target: target.number }),
    attach: (record, name, content = "content") => {
      const form = new FormData();
      form.append("file", new Blob([content]), name);
      return ask("POST", `${named(record)}/attachments`, form);
    },
  };
}

const plurals = { incident: "incidents", person: "people", service_request: "service-requests", change: "changes", problem: "problems", knowledge_article: "knowledge-articles", flow: "flows", calendar: "calendars" };

function named(record) {
  return `${plurals[record.kind]}/${record.number}`;
}

/** Where the record's page is. */
export function pageOf(record) {
  return `/${named(record)}`;
}
