// Shows one page that says so when Steward cannot be reached. Nothing that belongs to somebody is ever kept here: the only
// answers stored are the notice and the stylesheet, which everybody gets without signing in.
const NAME = "steward-offline-1";
const NOTICE = "/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([NOTICE, STYLES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(NOTICE).then((notice) => notice ?? Response.error())));
  } else if (new URL(request.url).pathname === STYLES) {
    event.respondWith(fetch(request).catch(() => caches.match(STYLES).then((styles) => styles ?? Response.error())));
  }
});
