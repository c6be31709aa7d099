/* Visits on the phone.
   [data-visits-day][data-visits-worker][data-visits-keep]  a page of visits: registers the service worker; the own list of
     today ([data-visits-own]) is handed to it with the pages to keep.
   form[data-written]  says when it was written when there is no network; what waits is then shown.
   form[data-call]     asks for the number (which is logged) and dials it.
   [data-voice]        records a voice note into its file input, where the browser can. */
(function () {
  'use strict';
  var box = document.querySelector('[data-visits-day]');
  var meta = document.querySelector('meta[name=owner]');
  var owner = meta ? meta.content : '';

  function localMinute() {
    var now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  }
  function show(name, on) {
    document.querySelectorAll('[data-visits-' + name + ']').forEach(function (one) { one.hidden = !on; });
  }

  function assets() {
    var found = Array.from(document.querySelectorAll('link[rel=stylesheet],link[rel=icon]'), function (one) { return one.href; })
      .concat(Array.from(document.querySelectorAll('script[src]'), function (one) { return one.src; }));
    var use = document.querySelector('svg use');
    if (use) found.push(new URL(use.getAttribute('href').split('#')[0], location.href).href);
    return found.filter(function (one) { return one.indexOf(location.origin) === 0; });
  }

  function keep() {
    if (!box || !owner || !navigator.serviceWorker || !navigator.onLine) return;
    var path = box.getAttribute('data-visits-worker');
    navigator.serviceWorker.register(path, { scope: path.replace(/sw\.js$/, '') }).then(function () {
      return navigator.serviceWorker.ready;
    }).then(function (registration) {
      if (!box.hasAttribute('data-visits-own') || !registration.active) return;
      registration.active.postMessage({
        kind: 'keep', owner: owner, day: box.getAttribute('data-visits-day'),
        pages: box.getAttribute('data-visits-keep').split(' '), assets: assets()
      });
    }).catch(function () { /* no worker here: the outbox alone keeps what is recorded */ });
  }
  if (navigator.serviceWorker) {
    navigator.serviceWorker.addEventListener('message', function (event) {
      if (event.data && event.data.kind === 'kept') { show('kept', true); document.documentElement.setAttribute('data-visits-ready', ''); }
    });
  }

  function network() { show('offline', !navigator.onLine); }
  window.addEventListener('online', network);
  window.addEventListener('offline', network);
  network();
  keep();

  /* The one form that lies on the phone serves every address people/<id>/record/. */
  var asked = /\/people\/(\d+)\/record\/$/.exec(location.pathname);
  var person = document.querySelector('form[data-written] select[name=person]');
  if (asked && person) person.value = asked[1];
  if (person) {
    var key = person.form.elements.submission_key;
    var at = person.form.elements.visited_at;
    if (at) at.value = localMinute();
    /* A kept page is opened many times: each time is a record of its own. */
    if (window.crypto && crypto.randomUUID) key.value = crypto.randomUUID();
    else if (window.crypto) {
      var bytes = crypto.getRandomValues(new Uint8Array(16));
      bytes[6] = (bytes[6] & 15) | 64;
      bytes[8] = (bytes[8] & 63) | 128;
      key.value = Array.from(bytes, function (byte) { return ('0' + byte.toString(16)).slice(-2); }).join('')
        .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
    }
  }

  /* Before the outbox takes the form. */
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.hasAttribute('data-written') || !form.elements.written_at) return;
    form.elements.written_at.value = navigator.onLine ? '' : new Date().toISOString();
  }, true);
  document.addEventListener('linli:queued', function (event) {
    show('waits', true);
    var done = document.querySelector('[data-visits-waits]');
    if (done) done.scrollIntoView();
    var card = event.target.closest && event.target.closest('.visit-card');
    if (card) card.classList.add('muted');
    if (person && person.form.elements.visited_at) person.form.elements.visited_at.value = localMinute();
  });

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.hasAttribute('data-call')) return;
    event.preventDefault();
    fetch(form.action, { method: 'POST', body: new FormData(form), credentials: 'same-origin', headers: { Accept: 'application/json' } })
      .then(function (reply) { if (!reply.ok) throw new Error(String(reply.status)); return reply.json(); })
      .then(function (data) { location.href = 'tel:' + data.tel; })
      .catch(function () { form.removeAttribute('data-call'); form.submit(); });
  });

  function voice(place) {
    var input = place.querySelector('input[type=file]');
    var button = place.querySelector('[data-voice-button]');
    var words = place.querySelector('[data-voice-words]');
    var time = place.querySelector('[data-voice-time]');
    var drop = place.querySelector('[data-voice-drop]');
    var said = place.querySelector('[data-voice-said]');
    var types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
    var recorder = null;
    var clock = null;
    if (!window.MediaRecorder || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
    try { new DataTransfer(); } catch (error) { return; }
    var type = types.find(function (one) { return MediaRecorder.isTypeSupported(one); });
    if (!type) return;
    place.hidden = false;

    function tick(since) {
      var seconds = Math.floor((Date.now() - since) / 1000);
      time.textContent = Math.floor(seconds / 60) + ':' + ('0' + seconds % 60).slice(-2);
      if (seconds >= 300 && recorder) recorder.stop();
    }
    function forget() {
      input.files = new DataTransfer().files;
      time.textContent = '';
      drop.hidden = true;
      words.textContent = place.getAttribute('data-start');
    }
    function start(stream) {
      var parts = [];
      var since = Date.now();
      recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32000 });
      recorder.ondataavailable = function (event) { if (event.data.size) parts.push(event.data); };
      recorder.onstop = function () {
        clearInterval(clock);
        stream.getTracks().forEach(function (track) { track.stop(); });
        recorder = null;
        var holder = new DataTransfer();
        var plain = type.split(';')[0];
        holder.items.add(new File(parts, 'note.' + plain.split('/')[1], { type: plain }));
        input.files = holder.files;
        words.textContent = place.getAttribute('data-again');
        drop.hidden = false;
      };
      recorder.start(1000);
      words.textContent = place.getAttribute('data-stop');
      clock = setInterval(function () { tick(since); }, 500);
    }
    button.addEventListener('click', function () {
      said.textContent = '';
      if (recorder) { recorder.stop(); return; }
      navigator.mediaDevices.getUserMedia({ audio: true }).then(start)
        .catch(function () { said.textContent = place.getAttribute('data-denied'); });
    });
    drop.addEventListener('click', function () { forget(); button.focus(); });
    if (input.form) input.form.addEventListener('reset', function () { setTimeout(forget); });
  }
  document.querySelectorAll('[data-voice]').forEach(voice);
})();
