/* Keeps the app's shell, so that a handheld starts without network. It never touches /api: commands
   and stock have their own, stricter ways. The names in capitals are filled in by the build. */
const SHELL = __SHELL__;
const CACHE = "shell-" + __VERSION__;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL.map((url) => new Request(url, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          // The last shell stays one release longer: pages opened before this one still read it.
          names.filter((name) => name.startsWith("shell-") && name !== CACHE).slice(0, -1)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (/^\/(api|healthz|readyz|metrics)(\/|$)/.test(url.pathname)) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
});

/** The newest page while there is a network; the kept one without, or when it takes too long. */
async function page(request) {
  const kept = await caches.match("/");
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(() => resolve(kept.clone()), 1500));
  return Promise.race([fetch(request).catch(() => kept.clone()), late]);
}
