/* Today's own list on the phone. Scope /visits/ and nothing else.
   Kept: the pages named by the list of today (names, addresses, ages, why; no phones, no identity numbers), one form, and
   the style and scripts of these pages. Asked of the network first, always. The cache is named by owner and day:
   another owner, another day (in China), a sign-in page, or sign-out (ui/outbox.js) empties it. */
'use strict';
var NAME = 'linli-visits-';
var FORM = /\/people\/\d+\/record\/$/;

function chinaDay() { return new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10); }
function nameOf(owner, day) { return NAME + owner + '-' + day; }
function scopePath() { return new URL(self.registration.scope).pathname; }

function forget(but) {
  return caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name.indexOf(NAME) === 0 && name !== but; })
      .map(function (name) { return caches.delete(name); }));
  });
}

/* The cache that is still good today; there is at most one. */
function today() {
  return caches.keys().then(function (names) {
    var found = names.filter(function (name) { return name.indexOf(NAME) === 0 && name.slice(-10) === chinaDay(); })[0];
    return forget(found).then(function () { return found ? caches.open(found) : null; });
  });
}

/* A page that was led elsewhere (to the sign-in) is no list. */
function mine(reply) { return reply.ok && !reply.redirected; }

function keep(order) {
  if (!order.owner || order.day !== chinaDay()) return forget('');
  var name = nameOf(order.owner, order.day);
  return forget(name).then(function () { return caches.open(name); }).then(function (cache) {
    var pages = order.pages.map(function (url) {
      return fetch(url, { credentials: 'same-origin', cache: 'no-store' }).then(function (reply) {
        if (!mine(reply)) throw new Error('not signed in');
        return cache.put(url, reply);
      });
    });
    var assets = order.assets.map(function (url) {
      return fetch(url, { credentials: 'same-origin' }).then(function (reply) { return reply.ok ? cache.put(url, reply) : null; });
    });
    return Promise.all(pages.concat(assets));
  }).catch(function () { return forget(''); });
}

self.addEventListener('install', function () { self.skipWaiting(); });
self.addEventListener('activate', function (event) { event.waitUntil(today().then(function () { return self.clients.claim(); })); });

self.addEventListener('message', function (event) {
  var order = event.data || {};
  if (order.kind === 'forget') { event.waitUntil(forget('')); return; }
  if (order.kind !== 'keep') return;
  event.waitUntil(keep(order).then(function () {
    if (event.source) event.source.postMessage({ kind: 'kept' });
  }));
});

function fromPhone(request, cause) {
  var url = new URL(request.url);
  return today().then(function (cache) {
    if (!cache) throw cause;
    var wanted = request.mode === 'navigate' && FORM.test(url.pathname) ? scopePath() + 'pocket/' : url.pathname + url.search;
    return cache.match(wanted).then(function (reply) {
      if (reply) return reply;
      if (request.mode === 'navigate') return cache.match(scopePath()).then(function (list) { if (list) return list; throw cause; });
      throw cause;
    });
  });
}

self.addEventListener('fetch', function (event) {
  var request = event.request;
  var url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === 'POST' && request.mode === 'navigate') {
    /* The outbox holds the form already; without an answer the list is shown, where it says that it waits. */
    event.respondWith(fetch(request).catch(function () { return Response.redirect(scopePath() + '?waiting=1', 303); }));
    return;
  }
  if (request.method !== 'GET') return;
  event.respondWith(fetch(request).then(function (reply) {
    if (request.mode === 'navigate' && /\/accounts\/sign-in\//.test(reply.url)) event.waitUntil(forget(''));
    return reply;
  }).catch(function (cause) { return fromPhone(request, cause); }));
});
