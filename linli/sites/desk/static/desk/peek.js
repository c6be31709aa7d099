/* The pane beside the queue. On a wide screen a row's link fills #peek instead of leaving the list; Enter, a second
   click and every modified click open the whole page. J and K (ui/queue.js) move the focus, and the pane follows. */
(function () {
  'use strict';
  var pane = document.getElementById('peek');
  if (!pane || !window.htmx || !window.matchMedia) return;
  var wide = window.matchMedia('(min-width: 75.01em)');
  var shown = '';
  var timer;

  function show(link) {
    var url = link.getAttribute('data-peek');
    if (url === shown) return;
    shown = url;
    document.querySelectorAll('[data-row][aria-current]').forEach(function (row) { row.removeAttribute('aria-current'); });
    link.closest('[data-row]').setAttribute('aria-current', 'true');
    window.htmx.ajax('GET', url, { target: '#peek', swap: 'innerHTML' });
  }

  document.addEventListener('focusin', function (event) {
    var link = event.target.closest && event.target.closest('[data-peek]');
    clearTimeout(timer);
    if (link && wide.matches) timer = setTimeout(function () { show(link); }, 200);
  });

  document.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('[data-peek]');
    if (!link || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    /* detail 0: pressed by key. The pane already shows it, so Enter goes on to the page. */
    if (event.detail === 0 || event.detail > 1) return;
    event.preventDefault();
    clearTimeout(timer);
    show(link);
  });
})();
