/* <div data-session data-idle="1800" data-extend="url" role="status" hidden>: says two minutes before the session ends
   from idleness that it will, and lets the person go on. Any request of the page starts the time again. */
(function () {
  'use strict';
  var box = document.querySelector('[data-session]');
  if (!box) return;
  var idle = Number(box.getAttribute('data-idle')) * 1000;
  var warning = Math.min(120000, idle / 2);
  var timer;

  function restart() {
    clearTimeout(timer);
    box.hidden = true;
    timer = setTimeout(function () { box.hidden = false; }, idle - warning);
  }

  document.addEventListener('htmx:afterRequest', restart);
  box.addEventListener('click', function (event) {
    if (!event.target.closest('[data-session-extend]')) return;
    fetch(box.getAttribute('data-extend'), { credentials: 'same-origin', cache: 'no-store' })
      .then(function (reply) { if (reply.ok && !reply.redirected) restart(); else location.reload(); })
      .catch(function () { /* no network: the message stays */ });
  });
  restart();
})();
