/* Nothing is lost without a network and nothing is sent twice.
   <form data-outbox data-outbox-token="url"> holds a hidden submission_key. On submit the whole form is first kept in
   IndexedDB, then sent in the ordinary way. The page it leads to carries data-outbox-done="<key>", which removes it. What
   stays is sent again on `online`, on return to the page or by button. The server treats a known key as already done.
   Kept forms belong to one person (<meta name="owner">): on a shared phone nobody sends another's. */
(function () {
  'use strict';
  var meta = document.querySelector('meta[name=owner]');
  var owner = meta ? meta.content : '';
  /* Lists that lie on this device for a day (linli-visits-<owner>-<day>) go when somebody else is here, or nobody. */
  if (window.caches && caches.keys) {
    caches.keys().then(function (names) {
      names.forEach(function (name) {
        if (name.indexOf('linli-visits-') === 0 && name.indexOf('linli-visits-' + (owner || '?') + '-') !== 0) caches.delete(name);
      });
    }).catch(function () { /* not allowed here: then nothing was kept either */ });
  }
  if (!window.indexedDB || !window.fetch) return;
  var bar = document.querySelector('[data-outbox-bar]');
  var busy = false;

  function open() {
    return new Promise(function (done, fail) {
      var request = indexedDB.open('linli', 1);
      request.onupgradeneeded = function () { request.result.createObjectStore('outbox', { keyPath: 'key' }); };
      request.onsuccess = function () { done(request.result); };
      request.onerror = function () { fail(request.error); };
    });
  }

  function run(mode, work) {
    return open().then(function (db) {
      return new Promise(function (done, fail) {
        var change = db.transaction('outbox', mode);
        var request = work(change.objectStore('outbox'));
        change.oncomplete = function () { db.close(); done(request.result); };
        change.onabort = change.onerror = function () { db.close(); fail(change.error); };
      });
    });
  }

  function put(item) { return run('readwrite', function (store) { return store.put(item); }); }
  function drop(key) { return run('readwrite', function (store) { return store.delete(key); }); }
  function mine() {
    return run('readonly', function (store) { return store.getAll(); }).then(function (all) {
      return all.filter(function (item) { return item.owner === owner; });
    });
  }

  function show() {
    return mine().then(function (items) {
      if (!bar) return;
      bar.hidden = !items.length && navigator.onLine;
      bar.querySelector('[data-outbox-count]').textContent = items.length;
      bar.querySelector('[data-outbox-send]').hidden = !items.length || !navigator.onLine;
      var refused = items.find(function (item) { return item.refused; });
      var link = bar.querySelector('[data-outbox-fix]');
      link.hidden = !refused;
      if (refused) link.href = refused.page + '#outbox=' + refused.key;
    });
  }

  function newKey() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.from(bytes, function (byte) { return ('0' + byte.toString(16)).slice(-2); }).join('');
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  }

  function token(item) {
    return fetch(item.token, { credentials: 'same-origin', cache: 'no-store' })
      .then(function (reply) { return reply.json(); })
      .then(function (data) { return data.csrf; });
  }

  /* Only the landing page's flag proves that it arrived: a sign-in page answers 200 as well. */
  function send(item) {
    return token(item).then(function (csrf) {
      var body = new FormData();
      item.fields.forEach(function (pair) { if (pair[0] !== 'csrfmiddlewaretoken') body.append(pair[0], pair[1]); });
      body.append('csrfmiddlewaretoken', csrf);
      return fetch(item.url, { method: 'POST', body: body, credentials: 'same-origin' });
    }).then(function (reply) {
      return reply.text().then(function (text) {
        if (text.indexOf('data-outbox-done="' + item.key + '"') >= 0) return drop(item.key);
        if (reply.status === 400 || reply.status === 413 || reply.status === 422) { item.refused = true; return put(item); }
        return null;
      });
    });
  }

  function flush() {
    if (busy || !navigator.onLine) return show();
    busy = true;
    return mine().then(function (items) {
      return items.filter(function (item) { return !item.refused; }).reduce(function (before, item) {
        return before.then(function () { return send(item); });
      }, Promise.resolve());
    }).catch(function () { /* still no network: try again later */ }).then(function () { busy = false; return show(); });
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.hasAttribute('data-outbox') || !form.elements.submission_key) return;
    event.preventDefault();
    if (form.hasAttribute('data-sending')) return;
    form.setAttribute('data-sending', '');
    if (event.submitter && event.submitter.name) {
      var chosen = document.createElement('input');
      chosen.type = 'hidden';
      chosen.name = event.submitter.name;
      chosen.value = event.submitter.value;
      form.append(chosen);
    }
    var item = {
      key: form.elements.submission_key.value, owner: owner, url: form.action, page: location.pathname + location.search,
      token: form.getAttribute('data-outbox-token'), fields: Array.from(new FormData(form)), at: new Date().toISOString()
    };
    put(item).catch(function () { /* no room: send without a copy */ }).then(function () {
      if (navigator.onLine) { HTMLFormElement.prototype.submit.call(form); return null; }
      form.removeAttribute('data-sending');
      form.reset();
      form.elements.submission_key.value = newKey();
      form.dispatchEvent(new CustomEvent('linli:queued', { bubbles: true }));
      return show().then(function () { if (bar) bar.focus(); });
    });
  });

  function restore() {
    var key = (/^#outbox=([\w-]+)$/.exec(location.hash) || [])[1];
    var form = document.querySelector('form[data-outbox]');
    if (!key || !form) return null;
    return mine().then(function (items) {
      var item = items.find(function (one) { return one.key === key; });
      if (!item) return;
      var files = item.fields.filter(function (pair) { return pair[1] instanceof File && pair[1].size; });
      item.fields.forEach(function (pair) {
        Array.prototype.forEach.call(form.elements, function (field) {
          if (field.name !== pair[0] || field.type === 'file' || field.name === 'csrfmiddlewaretoken') return;
          if (/^(radio|checkbox)$/.test(field.type)) { if (field.value === pair[1]) field.checked = true; } else field.value = pair[1];
        });
      });
      var photos = form.querySelector('[data-photos]');
      if (photos && files.length) {
        photos.dispatchEvent(new CustomEvent('linli:restore', { detail: files.map(function (pair) { return pair[1]; }) }));
      }
    });
  }

  var start = [];
  document.querySelectorAll('[data-outbox-done]').forEach(function (flag) { start.push(drop(flag.getAttribute('data-outbox-done'))); });
  /* The server sent the form back to be corrected: the person, not the outbox, sends it next. */
  document.querySelectorAll('form[data-outbox]').forEach(function (form) {
    if (form.querySelector('[aria-invalid=true]') && form.elements.submission_key) start.push(drop(form.elements.submission_key.value));
  });
  Promise.all(start).then(restore).catch(function () {}).then(flush);
  window.addEventListener('online', flush);
  window.addEventListener('offline', show);
  document.addEventListener('visibilitychange', function () { if (!document.hidden) flush(); });
  document.addEventListener('click', function (event) {
    if (event.target.closest && event.target.closest('[data-outbox-send]')) flush();
  });
})();
